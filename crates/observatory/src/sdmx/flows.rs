//! Which data a query is about: dataflows, and in each of them the observations that it chooses.

use super::filter::Filter;
use super::query::{Ids, Query};
use super::structures::Structures;
use super::{Api, Fault};
use crate::catalogue::Indicator;
use crate::site::Site;
use olshem_account::{IndicatorTable, Row};
use olshem_formats::identifier;
use olshem_formats::metadata::{Class, Reference};
use olshem_model::TimePeriod;
use std::collections::BTreeMap;

/// The parameters that choose observations.
pub(super) fn parameters(api: Api) -> &'static [&'static str] {
    match api {
        Api::V21 => &["startPeriod", "endPeriod", "updatedAfter"],
        Api::V30 => &["updatedAfter"],
    }
}

/// The path of a query for data or for what data there are.
pub(super) struct Path<'p> {
    class: Class,
    agency: Ids,
    id: Ids,
    version: Ids,
    key: &'p str,
    providers: Ids,
    /// The dimensions that a query for what there is asks about.
    pub(super) components: Ids,
}

impl<'p> Path<'p> {
    /// 2.1: `{flow}/{key}/{provider}/{component}`;
    /// 3.0: `{context}/{agency}/{id}/{version}/{key}/{component}`.
    pub(super) fn parse(api: Api, parts: &[&'p str]) -> Result<Self, Fault> {
        let part = |at: usize| parts.get(at).copied().unwrap_or_default();
        let ids = |part: &str, default| Ids::parse(api, Some(&part), default);
        let (class, [agency, id, version], rest) = match api {
            Api::V21 => {
                let flow: Vec<&str> = part(0).split(',').collect();
                let flow = match flow.as_slice() {
                    [id] => ["all", *id, "latest"],
                    [agency, id] => [*agency, *id, "latest"],
                    [agency, id, version] => [*agency, *id, *version],
                    _ => {
                        let message = "A dataflow is written ID, AGENCY,ID or AGENCY,ID,VERSION";
                        return Err(Fault::syntax(message));
                    }
                };
                (Class::Dataflow, flow, 1)
            }
            Api::V30 => {
                let class = match part(0) {
                    "dataflow" | "*" | "" => Class::Dataflow,
                    "datastructure" => Class::DataStructure,
                    "provisionagreement" => Class::ProvisionAgreement,
                    _ => return Err(Fault::syntax("The context is none that data have")),
                };
                (class, [part(1), part(2), part(3)], 4)
            }
        };
        let (all, latest) = if api == Api::V21 { ("", "latest") } else { ("*", "~") };
        let key = part(rest);
        let (providers, components) = match api {
            Api::V21 => (part(2), part(3)),
            Api::V30 => ("", part(5)),
        };
        if parts.len() > if api == Api::V21 { 4 } else { 6 } {
            return Err(Fault::syntax("The path has more parts than such a query has"));
        }
        Ok(Self {
            class,
            agency: ids(agency, all)?,
            id: ids(id, all)?,
            version: ids(version, latest)?,
            key,
            // `AGENCY,ID` is one provider.
            providers: ids(providers.rsplit(',').next().unwrap_or_default(), "all")?,
            components: ids(components, "all")?,
        })
    }
}

/// A dataflow, and what is chosen of its data.
pub(super) struct Flow<'s> {
    pub(super) reference: &'s Reference,
    /// The agreement on it, where data are asked for by that or by their provider.
    pub(super) provision: Option<&'s Reference>,
    indicator: &'s Indicator,
    filter: Filter,
}

impl<'s> Flow<'s> {
    /// The dataflows that a query asks for. Where these are several, those go that don't have what the
    /// query says of their components; where all of them go, that is the query's fault.
    pub(super) fn all(
        site: &'s Site,
        api: Api,
        path: &Path<'_>,
        query: &Query,
    ) -> Result<Vec<Self>, Fault> {
        let structures = site.structures();
        let updated_after = query.moment("updatedAfter")?;
        let is_wanted = |one: &Reference| {
            let is_of =
                |version: &str| Reference { version: version.into(), ..one.clone() }.means(one);
            path.agency.any(|agency| agency == one.agency)
                && path.id.any(|id| id == one.id)
                && path.version.any(is_of)
        };
        let wanted = structures.metadata.dataflows.iter().filter(|flow| match path.class {
            Class::Dataflow => is_wanted(&flow.reference),
            Class::DataStructure => flow.content.as_ref().is_some_and(is_wanted),
            _ => structures.provision(&flow.reference).is_some_and(is_wanted),
        });
        let wanted: Vec<&Reference> = wanted.map(|flow| &flow.reference).collect();
        let is_ours = path.providers.any(|provider| provider == structures.agency);
        // All data are as new as the site: nobody keeps when a number changed.
        let is_new = updated_after.is_none_or(|moment| site.since() > moment);
        let (mut flows, mut fault) = (Vec::new(), None);
        for reference in wanted {
            let indicators = &site.catalogue().indicators;
            let Some(indicator) =
                indicators.iter().find(|one| identifier(&one.table.id) == reference.id)
            else {
                continue;
            };
            match Filter::parse(api, &indicator.table, path.key, query) {
                Ok(filter) => {
                    let by_provider =
                        path.class == Class::ProvisionAgreement || !path.providers.is_all();
                    let provision = structures.provision(reference).filter(|_| by_provider);
                    flows.push(Self { reference, provision, indicator, filter });
                }
                Err(found) => fault = Some(found),
            }
        }
        match (flows.is_empty(), fault) {
            (true, Some(fault)) => Err(fault),
            (false, _) if is_ours && is_new => Ok(flows),
            _ => Err(Fault::nothing()),
        }
    }

    /// All data of an indicator.
    pub(super) fn whole(structures: &'s Structures, indicator: &'s Indicator) -> Option<Self> {
        let id = identifier(&indicator.table.id);
        let flows = &structures.metadata.dataflows;
        let reference = &flows.iter().find(|flow| flow.reference.id == id)?.reference;
        Some(Self { reference, provision: None, indicator, filter: Filter::default() })
    }

    pub(super) fn table(&self) -> &'s IndicatorTable {
        &self.indicator.table
    }

    /// The observations that are chosen; by all conditions but those on this dimension, if one is named.
    pub(super) fn rows(&self, but: Option<usize>) -> Vec<&'s Row> {
        self.table().rows.iter().filter(|row| self.filter.takes(row, but)).collect()
    }

    /// The place of time among the dimensions.
    pub(super) fn time(&self) -> Option<usize> {
        self.table().dimensions.iter().position(|dimension| dimension.is_time)
    }

    /// The observations by all dimensions but one; in the order of time, if that is the one.
    pub(super) fn series(&self, rows: Vec<&'s Row>, over: usize) -> Vec<Vec<&'s Row>> {
        let mut places: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
        let mut series: Vec<Vec<&Row>> = Vec::new();
        for row in rows {
            let others = row.key.iter().enumerate().filter(|(position, _)| *position != over);
            let key = others.map(|(_, code)| code.as_str()).collect();
            let place = *places.entry(key).or_insert(series.len());
            match series.get_mut(place) {
                Some(one) => one.push(row),
                None => series.push(vec![row]),
            }
        }
        if Some(over) == self.time() {
            let begins = |row: &Row| {
                let code = row.key.get(over).cloned().unwrap_or_default();
                (code.parse::<TimePeriod>().map(TimePeriod::start).ok(), code)
            };
            series.iter_mut().for_each(|rows| rows.sort_by_cached_key(|row| begins(row)));
        }
        series
    }
}
