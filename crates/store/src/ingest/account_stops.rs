//! What the newest events of an account stop or let go on: all of its numbers, or the one that its owner's phone let go of.

use std::collections::BTreeSet;

use domain::{
    PhoneNumberId, TenantId,
    ports::{AccountStop, NumberAspect, RECONNECTED},
    stop::StopClass,
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    error::Result,
    numbers::stops::{self, NewStop},
    tx::SetTx,
};

/// A stop of a number that began or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StopChange {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The number.
    pub phone_number_id: PhoneNumberId,
    /// Why it stopped.
    pub class: StopClass,
    /// True when it began.
    pub began: bool,
}

/// The newest event about an account, or about one number of it.
struct Newest {
    tenant: Uuid,
    waba: Uuid,
    /// The number that it names.
    number: Option<Uuid>,
    effect: String,
    at: OffsetDateTime,
}

impl Newest {
    fn stop(&self) -> Option<AccountStop> {
        self.effect.parse().ok()
    }

    fn is_of_one_number(&self) -> bool {
        of_one_number().contains(&self.effect)
    }
}

/// Effects that are about one number: they stand beside those about the account.
fn of_one_number() -> Vec<String> {
    let stops = AccountStop::ALL
        .into_iter()
        .filter(|stop| stop.is_of_one_number());
    let names = stops.map(<&'static str>::from);
    names.chain([RECONNECTED]).map(str::to_owned).collect()
}

/// Stops the numbers that new events stop, and ends the stops of the same scope that the newest event no longer tells.
/// Other stops stay, and a number that was connected after the event goes on. An event about one number that names none
/// holds for those on the WhatsApp Business app, or for the only one. Tells what changed.
pub async fn stop_accounts(tx: &mut SetTx, new: &BTreeSet<(TenantId, String)>) -> Result<Vec<StopChange>> {
    let newest = newest(tx, new).await?;
    if newest.is_empty() {
        return Ok(Vec::new());
    }
    let struck = struck(tx, &newest).await?;
    let (mut ended, mut begun) = (Vec::new(), Vec::new());
    for (event, tenant, number) in struck {
        let stop = event.stop();
        let same_scope = AccountStop::ALL
            .into_iter()
            .filter(|other| other.is_of_one_number() == event.is_of_one_number());
        ended.extend(
            same_scope
                .filter(|other| Some(*other) != stop)
                .map(|other| (tenant, number, StopClass::from(other))),
        );
        begun.extend(stop.map(|stop| NewStop {
            tenant,
            number,
            class: stop.into(),
            reason: stop.sentence(),
            at: event.at,
        }));
    }
    let ended = stops::remove(tx.conn(), &ended).await?;
    let begun = stops::add(tx.conn(), &begun).await?;
    let changed: BTreeSet<_> = ended.iter().chain(&begun).map(|stop| (stop.0, stop.1)).collect();
    stops::show(tx.conn(), &changed.into_iter().collect::<Vec<_>>()).await?;
    let change = |began| {
        move |(tenant, number, class)| StopChange {
            tenant_id: TenantId::new(tenant),
            phone_number_id: PhoneNumberId::new(number),
            class,
            began,
        }
    };
    Ok(ended
        .into_iter()
        .map(change(false))
        .chain(begun.into_iter().map(change(true)))
        .collect())
}

/// Those of the new events that are the newest of their scope.
async fn newest(tx: &mut SetTx, new: &BTreeSet<(TenantId, String)>) -> Result<Vec<Newest>> {
    let rows = sqlx::query_as!(
        Newest,
        r#"select e.tenant_id as tenant, e.waba_id as waba, e.phone_number_id as number, e.at, e.effect as "effect!"
           from unnest($1::uuid[], $2::text[]) as u (tenant_id, key)
           join number_events e on e.tenant_id = u.tenant_id and e.key = u.key
           where e.aspect = $3
             and e.effect is not null
             and not exists (
               select from number_events n
               where n.tenant_id = e.tenant_id
                 and n.waba_id = e.waba_id
                 and n.aspect = e.aspect
                 and n.effect is not null
                 and n.phone_number_id is not distinct from e.phone_number_id
                 and (n.effect = any($4)) = (e.effect = any($4))
                 and (n.at, n.key) > (e.at, e.key))"#,
        &new.iter().map(|(tenant, _)| tenant.uuid()).collect::<Vec<_>>(),
        &new.iter().map(|(_, key)| key.clone()).collect::<Vec<_>>(),
        <&'static str>::from(NumberAspect::Account),
        &of_one_number(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// The numbers that each event is about, locked.
async fn struck<'a>(tx: &mut SetTx, newest: &'a [Newest]) -> Result<Vec<(&'a Newest, Uuid, Uuid)>> {
    let places: Vec<_> = (0_i64..).take(newest.len()).collect();
    let rows = sqlx::query!(
        r#"select u.place as "place!", p.tenant_id, p.id
           from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::boolean[], $5::timestamptz[], $6::bigint[])
             as u (tenant_id, waba_id, number, of_one, at, place)
           join phone_numbers p on p.tenant_id = u.tenant_id and p.waba_id = u.waba_id
           where u.at >= date_trunc('second', p.connected_at)
             and case
               when not u.of_one then true
               when u.number is not null then p.id = u.number
               else p.details ->> 'is_on_biz_app' is not distinct from 'true'
                 or exists (
                   select from number_stops s
                   where s.tenant_id = p.tenant_id
                     and s.phone_number_id = p.id
                     and s.class = 'offboarded')
                 or not exists (
                   select from phone_numbers o
                   where o.tenant_id = p.tenant_id
                     and o.waba_id = p.waba_id
                     and o.id <> p.id)
             end
           order by p.tenant_id, p.id
           for update of p"#,
        &newest.iter().map(|event| event.tenant).collect::<Vec<_>>(),
        &newest.iter().map(|event| event.waba).collect::<Vec<_>>(),
        &newest.iter().map(|event| event.number).collect::<Vec<_>>() as _,
        &newest.iter().map(Newest::is_of_one_number).collect::<Vec<_>>(),
        &newest.iter().map(|event| event.at).collect::<Vec<_>>(),
        &places,
    )
    .fetch_all(tx.conn())
    .await?;
    let found = rows.into_iter().filter_map(|row| {
        let event = newest.get(usize::try_from(row.place).ok()?)?;
        Some((event, row.tenant_id, row.id))
    });
    Ok(found.collect())
}
