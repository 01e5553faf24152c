//! Aggregate functions, over groups and over windows alike.

use crate::arrow_type;
use crate::errors::{BOUNDS, EngineError, Result};
use crate::expression::{Operand, converted};
use crate::frequency;
use crate::functions::time;
use crate::sum::Statistic;
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::functions_aggregate::median::median_udaf;
use datafusion::functions_aggregate::min_max::{max_udaf, min_udaf};
use datafusion::logical_expr::{AggregateUDF, Expr as Df, lit, when};
use olshem_model::DataType;
use olshem_vtl::program::AggregateFunction;
use std::sync::Arc;

/// One DataFusion aggregate of one argument.
pub(crate) struct Atom {
    pub(crate) function: Arc<AggregateUDF>,
    pub(crate) argument: Df,
}

/// The aggregate of an operand of that type. `column` notes an [`Atom`] for computation and gives
/// the column that its result will be in.
pub(crate) fn aggregate(
    function: AggregateFunction,
    operand: Option<Operand>,
    operand_type: DataType,
    column: &mut dyn FnMut(Atom) -> Result<Df>,
) -> Result<Operand> {
    use AggregateFunction as F;
    let mut atom = |function: Arc<AggregateUDF>, argument: Df| column(Atom { function, argument });
    let operand = match operand {
        None => return Ok(Operand::Exact(atom(count_udaf(), lit(1_i64))?)),
        Some(operand) => operand,
    };
    let udaf = udaf(function, operand_type);
    let least_or_greatest = matches!(function, F::Min | F::Max);
    let number = |df: Df| match function {
        F::Sum | F::Count | F::Min | F::Max => df,
        _ => converted(df, operand_type, DataType::Number),
    };
    match operand {
        Operand::Exact(df) if least_or_greatest && operand_type == DataType::TimePeriod => {
            let guard = atom(Arc::new(frequency::udaf()), df.clone())?;
            let value = atom(udaf, df)?;
            Ok(Operand::Exact(when(guard, value).end()?))
        }
        Operand::Exact(df) if least_or_greatest && operand_type == DataType::Duration => {
            let types = vec![arrow_type(DataType::Duration)];
            let key = time::duration_key().call(vec![df], types.clone());
            let found = atom(udaf, key)?;
            Ok(Operand::Exact(time::duration_of_key().call(vec![found], types)))
        }
        Operand::Exact(df) => Ok(Operand::Exact(atom(udaf, number(df))?)),
        Operand::Bounded { low, .. } if function == F::Count => {
            Ok(Operand::Exact(atom(udaf, low)?))
        }
        Operand::Bounded { low, value, high }
            if matches!(function, F::Sum | F::Avg | F::Median | F::Min | F::Max) =>
        {
            // The value is known only if that of every number that isn't missing is.
            let known = atom(count_udaf(), value.clone())?;
            let all = atom(count_udaf(), low.clone())?;
            Ok(Operand::Bounded {
                low: atom(Arc::clone(&udaf), low)?,
                value: when(known.eq(all), atom(Arc::clone(&udaf), value)?).end()?,
                high: atom(udaf, high)?,
            })
        }
        Operand::Bounded { .. } | Operand::Unsettled(_) => Err(EngineError::refusal(
            &BOUNDS,
            format!("{function:?} needs numbers that are known exactly"),
        )),
    }
}

fn udaf(function: AggregateFunction, operand_type: DataType) -> Arc<AggregateUDF> {
    match function {
        AggregateFunction::Sum if operand_type == DataType::Integer => Statistic::IntegerSum.udaf(),
        AggregateFunction::Sum => Statistic::Sum.udaf(),
        AggregateFunction::Avg => Statistic::Mean.udaf(),
        AggregateFunction::Count => count_udaf(),
        AggregateFunction::Min => min_udaf(),
        AggregateFunction::Max => max_udaf(),
        AggregateFunction::Median => median_udaf(),
        AggregateFunction::StddevPop => Statistic::Deviation { correction: 0 }.udaf(),
        AggregateFunction::StddevSamp => Statistic::Deviation { correction: 1 }.udaf(),
        AggregateFunction::VarPop => Statistic::Variance { correction: 0 }.udaf(),
        AggregateFunction::VarSamp => Statistic::Variance { correction: 1 }.udaf(),
    }
}
