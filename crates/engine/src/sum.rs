//! Sums, means, variances and standard deviations as DataFusion aggregates, on exact sums: the same
//! value whatever the order and the partition of the rows.

use crate::exact::ExactSum;
use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Float64Array, Int64Array,
    builder::BinaryBuilder,
};
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_datafusion_err, exec_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};
use std::sync::Arc;

/// What an aggregate here computes of its single argument. All pass over nulls and give null where
/// nothing (for a sample: not two values) is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Statistic {
    /// Of numbers.
    Sum,
    /// Of integers; an error beyond 64 bits.
    IntegerSum,
    /// The arithmetic mean.
    Mean,
    /// The variance, dividing by n less `correction`.
    Variance { correction: u8 },
    /// Its square root.
    Deviation { correction: u8 },
}

impl Statistic {
    /// The aggregate function.
    pub(crate) fn udaf(self) -> Arc<AggregateUDF> {
        Arc::new(AggregateUDF::new_from_impl(ExactAggregate::new(self)))
    }

    fn argument(self) -> DataType {
        if self == Self::IntegerSum { DataType::Int64 } else { DataType::Float64 }
    }

    fn empty(self) -> State {
        match self {
            Self::Sum | Self::Mean => State::Sum(ExactSum::default()),
            Self::IntegerSum => State::Integers { sum: 0, count: 0 },
            Self::Variance { .. } | Self::Deviation { .. } => {
                State::Moments(ExactSum::default(), ExactSum::default())
            }
        }
    }

    fn result(self, state: &State) -> Result<Option<Number>> {
        let number = match (self, state) {
            (Self::Sum, State::Sum(sum)) if sum.count() > 0 => Number::Float(sum.value()),
            (Self::Mean, State::Sum(sum)) if sum.count() > 0 => {
                Number::Float(sum.value() / sum.count() as f64)
            }
            (Self::IntegerSum, &State::Integers { sum, count }) if count > 0 => {
                match i64::try_from(sum) {
                    Ok(sum) => Number::Integer(sum),
                    Err(_) => return exec_err!("the sum {sum} exceeds 64 bits"),
                }
            }
            (Self::Variance { correction }, State::Moments(sum, squares))
                if sum.count() > i64::from(correction) =>
            {
                Number::Float(variance(sum, squares, correction))
            }
            (Self::Deviation { correction }, State::Moments(sum, squares))
                if sum.count() > i64::from(correction) =>
            {
                Number::Float(variance(sum, squares, correction).sqrt())
            }
            _ => return Ok(None),
        };
        Ok(Some(number))
    }

    fn array(self, states: &[State]) -> Result<ArrayRef> {
        let results: Vec<Option<Number>> =
            states.iter().map(|state| self.result(state)).collect::<Result<_>>()?;
        Ok(match self {
            Self::IntegerSum => Arc::new(
                results.into_iter().map(|r| r.map(Number::integer)).collect::<Int64Array>(),
            ),
            _ => Arc::new(
                results.into_iter().map(|r| r.map(Number::float)).collect::<Float64Array>(),
            ),
        })
    }
}

#[derive(Clone, Copy)]
enum Number {
    Integer(i64),
    Float(f64),
}

impl Number {
    fn integer(self) -> i64 {
        match self {
            Self::Integer(integer) => integer,
            Self::Float(float) => float as i64,
        }
    }

    fn float(self) -> f64 {
        match self {
            Self::Integer(integer) => integer as f64,
            Self::Float(float) => float,
        }
    }
}

/// (n Σx² - (Σx)²) / n / (n - correction), the difference in twice a double's precision.
fn variance(sum: &ExactSum, squares: &ExactSum, correction: u8) -> f64 {
    let n = sum.count() as f64;
    let (s, s_rest) = sum.parts();
    let (q, q_rest) = squares.parts();
    let (nq, ss) = (n * q, s * s);
    let nq_rest = n.mul_add(q, -nq) + n * q_rest;
    let ss_rest = s.mul_add(s, -ss) + 2.0 * s * s_rest;
    ((nq - ss) + (nq_rest - ss_rest)).max(0.0) / n / (n - f64::from(correction))
}

/// What has been seen of a group.
#[derive(Clone, Debug)]
enum State {
    Sum(ExactSum),
    Integers {
        sum: i128,
        count: i64,
    },
    /// Of the values and of their squares.
    Moments(ExactSum, ExactSum),
}

impl State {
    fn update(&mut self, values: &ArrayRef, row: usize, add: bool) {
        match self {
            Self::Sum(sum) => {
                let x = values.as_primitive::<Float64Type>().value(row);
                if add { sum.add(x) } else { sum.subtract(x) }
            }
            Self::Integers { sum, count } => {
                let x = i128::from(values.as_primitive::<Int64Type>().value(row));
                *sum += if add { x } else { -x };
                *count += if add { 1 } else { -1 };
            }
            Self::Moments(sum, squares) => {
                let x = values.as_primitive::<Float64Type>().value(row);
                // A square has up to 106 bits: the rounded square and what rounding left over.
                let square = x * x;
                let rest = x.mul_add(x, -square);
                if add {
                    sum.add(x);
                    squares.add(square);
                    squares.add(rest);
                } else {
                    sum.subtract(x);
                    squares.subtract(square);
                    squares.subtract(rest);
                }
            }
        }
    }

    fn update_all(&mut self, values: &ArrayRef, add: bool) {
        for row in (0..values.len()).filter(|&row| values.is_valid(row)) {
            self.update(values, row, add);
        }
    }

    fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Sum(mine), Self::Sum(theirs)) => mine.merge(theirs),
            (Self::Integers { sum, count }, Self::Integers { sum: s, count: c }) => {
                *sum += s;
                *count += c;
            }
            (Self::Moments(sum, squares), Self::Moments(s, q)) => {
                sum.merge(s);
                squares.merge(q);
            }
            _ => debug_assert!(false, "states of different statistics are never merged"),
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Sum(sum) => sum.to_bytes(),
            Self::Integers { sum, count } => {
                [&sum.to_le_bytes()[..], &count.to_le_bytes()[..]].concat()
            }
            Self::Moments(sum, squares) => {
                let (sum, squares) = (sum.to_bytes(), squares.to_bytes());
                [&(sum.len() as u32).to_le_bytes()[..], &sum[..], &squares[..]].concat()
            }
        }
    }

    /// The state of the same kind as `self` that these bytes hold.
    fn read(&self, bytes: &[u8]) -> Option<Self> {
        Some(match self {
            Self::Sum(_) => Self::Sum(ExactSum::from_bytes(bytes)?),
            Self::Integers { .. } => {
                let (sum, rest) = bytes.split_first_chunk()?;
                let (count, _) = rest.split_first_chunk()?;
                Self::Integers { sum: i128::from_le_bytes(*sum), count: i64::from_le_bytes(*count) }
            }
            Self::Moments(..) => {
                let (length, rest) = bytes.split_first_chunk()?;
                let (sum, squares) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
                Self::Moments(ExactSum::from_bytes(sum)?, ExactSum::from_bytes(squares)?)
            }
        })
    }

    fn merge_bytes(&mut self, states: &BinaryArray, row: usize) -> Result<()> {
        let theirs = self
            .read(states.value(row))
            .ok_or_else(|| exec_datafusion_err!("the state of a partial sum is damaged"))?;
        self.merge(&theirs);
        Ok(())
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct ExactAggregate {
    statistic: Statistic,
    signature: Signature,
}

impl ExactAggregate {
    fn new(statistic: Statistic) -> Self {
        let signature = Signature::exact(vec![statistic.argument()], Volatility::Immutable);
        Self { statistic, signature }
    }
}

impl AggregateUDFImpl for ExactAggregate {
    fn name(&self) -> &str {
        match self.statistic {
            Statistic::Sum => "exact_sum",
            Statistic::IntegerSum => "integer_sum",
            Statistic::Mean => "exact_mean",
            Statistic::Variance { correction: 0 } => "variance_population",
            Statistic::Variance { .. } => "variance_sample",
            Statistic::Deviation { correction: 0 } => "deviation_population",
            Statistic::Deviation { .. } => "deviation_sample",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.statistic.argument())
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[state]", args.name), DataType::Binary, false))])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Single { statistic: self.statistic, state: self.statistic.empty() }))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Groups { statistic: self.statistic, states: Vec::new() }))
    }
}

/// One group, or one window.
#[derive(Debug)]
struct Single {
    statistic: Statistic,
    state: State,
}

impl Accumulator for Single {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.state.update_all(&values[0], true);
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.state.update_all(&values[0], false);
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let result = self.statistic.result(&self.state)?;
        Ok(match self.statistic {
            Statistic::IntegerSum => ScalarValue::Int64(result.map(Number::integer)),
            _ => ScalarValue::Float64(result.map(Number::float)),
        })
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::Binary(Some(self.state.to_bytes()))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let states = states[0].as_binary::<i32>();
        (0..states.len()).try_for_each(|row| self.state.merge_bytes(states, row))
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }
}

/// Many groups at once.
struct Groups {
    statistic: Statistic,
    states: Vec<State>,
}

impl Groups {
    fn take(&mut self, emit_to: EmitTo) -> Vec<State> {
        emit_to.take_needed(&mut self.states)
    }
}

fn passes(filter: Option<&BooleanArray>, row: usize) -> bool {
    filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row))
}

fn bytes_of(states: &[State]) -> Vec<ArrayRef> {
    let mut bytes = BinaryBuilder::new();
    states.iter().for_each(|state| bytes.append_value(state.to_bytes()));
    vec![Arc::new(bytes.finish())]
}

impl GroupsAccumulator for Groups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        let values = &values[0];
        self.states.resize(total, self.statistic.empty());
        for (row, &group) in groups.iter().enumerate() {
            if values.is_valid(row) && passes(filter, row) {
                self.states[group].update(values, row, true);
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let states = self.take(emit_to);
        self.statistic.array(&states)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(bytes_of(&self.take(emit_to)))
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        let states = states[0].as_binary::<i32>();
        self.states.resize(total, self.statistic.empty());
        groups
            .iter()
            .enumerate()
            .try_for_each(|(row, &group)| self.states[group].merge_bytes(states, row))
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let values = &values[0];
        let states: Vec<State> = (0..values.len())
            .map(|row| {
                let mut state = self.statistic.empty();
                if values.is_valid(row) && passes(filter, row) {
                    state.update(values, row, true);
                }
                state
            })
            .collect();
        Ok(bytes_of(&states))
    }

    fn size(&self) -> usize {
        self.states.capacity() * size_of::<State>()
    }
}
