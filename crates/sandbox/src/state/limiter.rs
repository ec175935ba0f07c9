//! How much was sent lately; kept in memory only.

use std::collections::{HashMap, VecDeque};

use super::model::{Number, Waba};
use crate::graph::error::GraphError;
use crate::rules::limits::{DAY_MS, HOUR_MS, Limits, tier_customers};

/// Buckets kept before those that are full again are thrown away.
const BUCKETS: usize = 100_000;

/// Messages to one customer within this time count as one, so that a burst takes no room, milliseconds.
const SAME_MS: i64 = 60_000;

/// Microseconds at which a bucket would be empty of debt, for the cell-rate algorithm.
type Due = i64;

/// Counters of everything that is limited by pace or volume.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    numbers: HashMap<String, Due>,
    pairs: HashMap<(String, String), Due>,
    portfolios: HashMap<String, Portfolio>,
    hourly: HashMap<(String, String), VecDeque<i64>>,
    /// Moments at which approved templates were deleted, by WABA and name.
    deleted: HashMap<String, i64>,
}

/// Customers that a portfolio wrote to outside their window.
#[derive(Debug, Default)]
struct Portfolio {
    last_ms: HashMap<String, i64>,
    order: VecDeque<(i64, String)>,
}

/// Takes one message from a bucket; `false` when it has no room.
fn take(due: &mut Due, now_us: i64, interval_us: i64, burst: i64) -> bool {
    let next = (*due).max(now_us) + interval_us;
    if next - now_us > interval_us * burst {
        return false;
    }
    *due = next;
    true
}

/// Messages per second of a number; `None` is without limit.
pub(crate) fn throughput(limits: &Limits, number: &Number) -> Option<u32> {
    match limits.messages_per_second {
        Some(0) => None,
        Some(rate) => Some(rate),
        None if number.on_biz_app => Some(20),
        None if number.throughput_level == "HIGH" => Some(1_000),
        None => Some(80),
    }
}

impl Limiter {
    /// Counts a message of a number, in or out; `false` when it goes too fast.
    pub(crate) fn number(&mut self, limits: &Limits, number: &Number, now_ms: i64) -> bool {
        let Some(rate) = throughput(limits, number).map(i64::from) else {
            return true;
        };
        let due = match self.numbers.get_mut(&number.id) {
            Some(due) => due,
            None => self.numbers.entry(number.id.clone()).or_default(),
        };
        take(due, now_ms * 1000, 1_000_000 / rate, rate)
    }

    /// Counts a message to one customer.
    fn pair(&mut self, limits: &Limits, phone_number_id: &str, customer: &str, now_ms: i64) -> bool {
        if limits.pair_interval_ms == 0 || limits.pair_burst == 0 {
            return true;
        }
        let now_us = now_ms * 1000;
        if self.pairs.len() > BUCKETS {
            self.pairs.retain(|_, due| *due > now_us);
        }
        let due = self
            .pairs
            .entry((phone_number_id.to_owned(), customer.to_owned()))
            .or_default();
        let interval_us = i64::from(limits.pair_interval_ms) * 1000;
        take(due, now_us, interval_us, i64::from(limits.pair_burst))
    }

    /// Counts a customer that a portfolio writes to outside the window; `false` when the limit of 24 hours is reached.
    pub(crate) fn portfolio(&mut self, limits: &Limits, waba: &Waba, customer: &str, now_ms: i64) -> bool {
        let most = match limits.daily_customers {
            Some(0) => None,
            Some(most) => Some(most),
            None => tier_customers(&waba.messaging_limit),
        };
        let Some(most) = most.and_then(|most| usize::try_from(most).ok()) else {
            return true;
        };
        let portfolio = self.portfolios.entry(waba.business_id.clone()).or_default();
        while let Some((at_ms, oldest)) = portfolio.order.front()
            && now_ms - at_ms >= DAY_MS
        {
            if portfolio.last_ms.get(oldest) == Some(at_ms) {
                portfolio.last_ms.remove(oldest);
            }
            portfolio.order.pop_front();
        }
        if portfolio.last_ms.len() >= most && !portfolio.last_ms.contains_key(customer) {
            return false;
        }
        let again = portfolio.last_ms.get(customer).copied();
        if again.is_some_and(|last_ms| now_ms - last_ms < SAME_MS) {
            return true;
        }
        portfolio.last_ms.insert(customer.to_owned(), now_ms);
        portfolio.order.push_back((now_ms, customer.to_owned()));
        true
    }

    /// Counts one of `most` things per hour; the answer is the share used, in percent.
    pub(crate) fn hourly(&mut self, what: &str, whose: &str, most: u32, now_ms: i64) -> Result<u32, ()> {
        if most == 0 {
            return Ok(0);
        }
        let moments = self
            .hourly
            .entry((what.to_owned(), whose.to_owned()))
            .or_default();
        while moments.front().is_some_and(|at_ms| now_ms - at_ms >= HOUR_MS) {
            moments.pop_front();
        }
        let used = u32::try_from(moments.len()).unwrap_or(u32::MAX);
        if used >= most {
            return Err(());
        }
        moments.push_back(now_ms);
        Ok((used + 1) * 100 / most)
    }

    /// Notes that an approved template was deleted; its name rests for 30 days.
    pub(crate) fn delete(&mut self, template: String, now_ms: i64) {
        self.deleted.insert(template, now_ms);
    }

    pub(crate) fn was_deleted(&self, template: &str, now_ms: i64) -> bool {
        self.deleted
            .get(template)
            .is_some_and(|at_ms| now_ms - at_ms < 30 * DAY_MS)
    }

    /// Checks and counts the pace of one send.
    pub(crate) fn send(
        &mut self,
        limits: &Limits,
        number: &Number,
        customer: &str,
        now_ms: i64,
    ) -> Result<(), GraphError> {
        if !self.number(limits, number, now_ms) {
            return Err(GraphError::coded(
                130429,
                "Message failed to send because there were too many messages sent from this phone number in a short period of time",
            ));
        }
        if !self.pair(limits, &number.id, customer, now_ms) {
            return Err(GraphError::coded(
                131056,
                "Message failed to send because there were too many messages sent from this phone number to the same recipient in a short period of time",
            ));
        }
        Ok(())
    }

    /// Starts counting anew, as after the limits were changed.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_lends_its_burst_and_then_keeps_the_pace() {
        let mut due = 0;
        let burst = (0..100)
            .filter(|_| take(&mut due, 1_000_000, 6_000_000, 45))
            .count();
        assert_eq!(burst, 45);
        assert!(
            take(&mut due, 7_000_000, 6_000_000, 45),
            "one more after six seconds"
        );
        assert!(!take(&mut due, 7_000_000, 6_000_000, 45));
    }
}
