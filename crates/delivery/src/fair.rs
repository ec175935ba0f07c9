//! Who may claim how much: rounds of small portions over the lanes, and no lane may hold more than what stays free.

/// Rows that a lane gets per round.
const PORTION: u32 = 4;

/// What a lane holds and could take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Demand {
    /// Rows that it has claimed and not recorded.
    pub(crate) open: u32,
    /// Rows that its pace has room for.
    pub(crate) room: u32,
}

/// Shares `free` rows among the lanes, in their order. A lane that floods leaves at least as much free as it holds, so
/// another one always finds room at once.
pub(crate) fn share(demands: &[Demand], free: u32) -> Vec<u32> {
    let mut grants = vec![0_u32; demands.len()];
    let mut left = free;
    loop {
        let before = left;
        for (demand, grant) in demands.iter().zip(&mut grants) {
            let held = demand.open + *grant;
            let portion = PORTION.min(demand.room - *grant).min(left.saturating_sub(held));
            *grant += portion;
            left -= portion;
        }
        if left == before {
            return grants;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn grants_fit_and_a_quiet_lane_is_served_beside_any_flood(
            lanes in proptest::collection::vec((0_u32..500, 1_u32..400), 1..40),
            free in 64_u32..1_024,
            quiet in 0_usize..40,
        ) {
            let quiet = quiet % lanes.len();
            let mut demands: Vec<_> = lanes.iter().map(|(open, room)| Demand { open: *open, room: *room }).collect();
            demands[quiet] = Demand { open: 0, room: 1 };
            demands.rotate_left(quiet);
            let grants = share(&demands, free);
            prop_assert!(grants.iter().sum::<u32>() <= free);
            prop_assert!(grants.iter().zip(&demands).all(|(grant, demand)| *grant <= demand.room));
            prop_assert_eq!(grants[0], 1);
        }
    }

    #[test]
    fn a_flood_leaves_half_and_equals_get_equal_shares() {
        assert_eq!(
            share(
                &[Demand {
                    open: 0,
                    room: 10_000
                }],
                1_000
            ),
            [500]
        );
        let equal = share(
            &[Demand {
                open: 0,
                room: 10_000,
            }; 4],
            1_000,
        );
        assert!(
            equal.iter().all(|grant| grant.abs_diff(equal[0]) <= PORTION),
            "{equal:?}"
        );
    }
}
