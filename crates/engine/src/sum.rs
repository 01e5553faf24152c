//! Sums, means, variances and standard deviations as DataFusion aggregates, on exact sums: the same
//! value whatever the order and the partition of the rows.

use crate::exact::ExactSum;
use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, BinaryArray, BooleanArray, PrimitiveArray,
    builder::BinaryBuilder,
};
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_datafusion_err, exec_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};
use std::any::Any;
use std::fmt;
use std::ops::Range;
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

    /// Which statistic an aggregate function computes, if it is one of these.
    pub(crate) fn of(function: &AggregateUDF) -> Option<Self> {
        let function = function.inner().as_ref() as &dyn Any;
        function.downcast_ref::<ExactAggregate>().map(|aggregate| aggregate.statistic)
    }

    /// The statistic of each frame of rows. Neither the start nor the end of a frame lies before that
    /// of the frame before it.
    pub(crate) fn over(
        self,
        values: &ArrayRef,
        frames: impl Iterator<Item = Range<usize>>,
    ) -> Result<ArrayRef> {
        match self {
            Self::Sum | Self::Mean => over::<ExactSum>(self, values, frames),
            Self::IntegerSum => over::<IntegerSum>(self, values, frames),
            Self::Variance { .. } | Self::Deviation { .. } => over::<Moments>(self, values, frames),
        }
    }

    fn argument(self) -> DataType {
        if self == Self::IntegerSum { DataType::Int64 } else { DataType::Float64 }
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
trait State: Clone + Default + fmt::Debug + Send + Sync + 'static {
    /// The Arrow type of the values, and of the result.
    type Arrow: ArrowPrimitiveType;

    fn add(&mut self, x: <Self::Arrow as ArrowPrimitiveType>::Native);
    /// Undoes an addition.
    fn subtract(&mut self, x: <Self::Arrow as ArrowPrimitiveType>::Native);
    fn merge(&mut self, other: &Self);
    fn write(&self, bytes: &mut Vec<u8>);
    /// The state that these bytes hold, if they hold one.
    fn read(bytes: &[u8]) -> Option<Self>;
    fn result(
        &self,
        statistic: Statistic,
    ) -> Result<Option<<Self::Arrow as ArrowPrimitiveType>::Native>>;
}

impl State for ExactSum {
    type Arrow = Float64Type;

    #[inline]
    fn add(&mut self, x: f64) {
        ExactSum::add(self, x);
    }

    fn subtract(&mut self, x: f64) {
        ExactSum::subtract(self, x);
    }

    fn merge(&mut self, other: &Self) {
        ExactSum::merge(self, other);
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        self.write_bytes(bytes);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        Self::from_bytes(bytes)
    }

    fn result(&self, statistic: Statistic) -> Result<Option<f64>> {
        Ok((self.count() > 0).then(|| match statistic {
            Statistic::Mean => self.value() / self.count() as f64,
            _ => self.value(),
        }))
    }
}

#[derive(Clone, Debug, Default)]
struct IntegerSum {
    sum: i128,
    count: i64,
}

impl State for IntegerSum {
    type Arrow = Int64Type;

    #[inline]
    fn add(&mut self, x: i64) {
        self.sum += i128::from(x);
        self.count += 1;
    }

    fn subtract(&mut self, x: i64) {
        self.sum -= i128::from(x);
        self.count -= 1;
    }

    fn merge(&mut self, other: &Self) {
        self.sum += other.sum;
        self.count += other.count;
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.sum.to_le_bytes());
        bytes.extend(self.count.to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (sum, rest) = bytes.split_first_chunk()?;
        let (count, _) = rest.split_first_chunk()?;
        Some(Self { sum: i128::from_le_bytes(*sum), count: i64::from_le_bytes(*count) })
    }

    fn result(&self, _: Statistic) -> Result<Option<i64>> {
        if self.count == 0 {
            return Ok(None);
        }
        match i64::try_from(self.sum) {
            Ok(sum) => Ok(Some(sum)),
            Err(_) => exec_err!("the sum {} exceeds 64 bits", self.sum),
        }
    }
}

/// The sums of values and of their squares.
#[derive(Clone, Debug, Default)]
struct Moments {
    sum: ExactSum,
    squares: ExactSum,
}

/// A square has up to 106 bits: the rounded square and what rounding left over.
fn square(x: f64) -> [f64; 2] {
    let square = x * x;
    [square, x.mul_add(x, -square)]
}

impl State for Moments {
    type Arrow = Float64Type;

    fn add(&mut self, x: f64) {
        self.sum.add(x);
        square(x).into_iter().for_each(|part| self.squares.add(part));
    }

    fn subtract(&mut self, x: f64) {
        self.sum.subtract(x);
        square(x).into_iter().for_each(|part| self.squares.subtract(part));
    }

    fn merge(&mut self, other: &Self) {
        self.sum.merge(&other.sum);
        self.squares.merge(&other.squares);
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        let mut sum = Vec::new();
        self.sum.write_bytes(&mut sum);
        bytes.extend((sum.len() as u32).to_le_bytes());
        bytes.extend(sum);
        self.squares.write_bytes(bytes);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk()?;
        let (sum, squares) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        Some(Self { sum: ExactSum::from_bytes(sum)?, squares: ExactSum::from_bytes(squares)? })
    }

    fn result(&self, statistic: Statistic) -> Result<Option<f64>> {
        let variance = |correction: u8| {
            let enough = self.sum.count() > i64::from(correction);
            enough.then(|| variance(&self.sum, &self.squares, correction))
        };
        Ok(match statistic {
            Statistic::Deviation { correction } => variance(correction).map(f64::sqrt),
            Statistic::Variance { correction } => variance(correction),
            _ => None,
        })
    }
}

/// See [`Statistic::over`].
fn over<S: State>(
    statistic: Statistic,
    values: &ArrayRef,
    frames: impl Iterator<Item = Range<usize>>,
) -> Result<ArrayRef> {
    let values = values.as_primitive::<S::Arrow>();
    let among =
        |rows: Range<usize>| rows.filter(|&row| values.is_valid(row)).map(|row| values.value(row));
    let mut state = S::default();
    let mut held = 0..0;
    let mut result = None;
    let results = frames.map(|frame| {
        if frame == held {
            return Ok(result);
        }
        if frame.start >= held.end {
            state = S::default();
            held = frame.start..frame.start;
        }
        among(held.start..frame.start).for_each(|x| state.subtract(x));
        among(held.end..frame.end).for_each(|x| state.add(x));
        held = frame;
        result = state.result(statistic)?;
        Ok(result)
    });
    Ok(Arc::new(results.collect::<Result<PrimitiveArray<S::Arrow>>>()?))
}

fn read<S: State>(states: &BinaryArray, row: usize) -> Result<S> {
    S::read(states.value(row))
        .ok_or_else(|| exec_datafusion_err!("the state of a partial sum is damaged"))
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
        fn single<S: State>(statistic: Statistic) -> Box<dyn Accumulator> {
            Box::new(Single { statistic, state: S::default() })
        }
        Ok(match self.statistic {
            Statistic::Sum | Statistic::Mean => single::<ExactSum>(self.statistic),
            Statistic::IntegerSum => single::<IntegerSum>(self.statistic),
            Statistic::Variance { .. } | Statistic::Deviation { .. } => {
                single::<Moments>(self.statistic)
            }
        })
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        fn groups<S: State>(statistic: Statistic) -> Box<dyn GroupsAccumulator> {
            Box::new(Groups { statistic, states: Vec::<S>::new() })
        }
        Ok(match self.statistic {
            Statistic::Sum | Statistic::Mean => groups::<ExactSum>(self.statistic),
            Statistic::IntegerSum => groups::<IntegerSum>(self.statistic),
            Statistic::Variance { .. } | Statistic::Deviation { .. } => {
                groups::<Moments>(self.statistic)
            }
        })
    }
}

/// One group, or one window.
#[derive(Debug)]
struct Single<S> {
    statistic: Statistic,
    state: S,
}

impl<S: State> Accumulator for Single<S> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        values[0].as_primitive::<S::Arrow>().iter().flatten().for_each(|x| self.state.add(x));
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        values[0].as_primitive::<S::Arrow>().iter().flatten().for_each(|x| self.state.subtract(x));
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let result = self.state.result(self.statistic)?;
        ScalarValue::new_primitive::<S::Arrow>(result, &S::Arrow::DATA_TYPE)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let mut bytes = Vec::new();
        self.state.write(&mut bytes);
        Ok(vec![ScalarValue::Binary(Some(bytes))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let states = states[0].as_binary::<i32>();
        for row in 0..states.len() {
            self.state.merge(&read(states, row)?);
        }
        Ok(())
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }
}

/// Many groups at once.
struct Groups<S> {
    statistic: Statistic,
    states: Vec<S>,
}

fn bytes_of<S: State>(states: impl IntoIterator<Item = S>) -> Vec<ArrayRef> {
    let mut arrays = BinaryBuilder::new();
    let mut bytes = Vec::new();
    for state in states {
        bytes.clear();
        state.write(&mut bytes);
        arrays.append_value(&bytes);
    }
    vec![Arc::new(arrays.finish())]
}

fn passes(filter: Option<&BooleanArray>, row: usize) -> bool {
    filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row))
}

impl<S: State> GroupsAccumulator for Groups<S> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        let values = values[0].as_primitive::<S::Arrow>();
        self.states.resize(total, S::default());
        if values.null_count() == 0 && filter.is_none() {
            for (&group, &x) in groups.iter().zip(values.values()) {
                self.states[group].add(x);
            }
            return Ok(());
        }
        for (row, &group) in groups.iter().enumerate() {
            if values.is_valid(row) && passes(filter, row) {
                self.states[group].add(values.value(row));
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let states = emit_to.take_needed(&mut self.states);
        let results = states.iter().map(|state| state.result(self.statistic));
        let results = results.collect::<Result<PrimitiveArray<S::Arrow>>>()?;
        Ok(Arc::new(results))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(bytes_of(emit_to.take_needed(&mut self.states)))
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        let states = states[0].as_binary::<i32>();
        self.states.resize(total, S::default());
        for (row, &group) in groups.iter().enumerate() {
            self.states[group].merge(&read(states, row)?);
        }
        Ok(())
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let values = values[0].as_primitive::<S::Arrow>();
        Ok(bytes_of((0..values.len()).map(|row| {
            let mut state = S::default();
            if values.is_valid(row) && passes(filter, row) {
                state.add(values.value(row));
            }
            state
        })))
    }

    fn size(&self) -> usize {
        self.states.capacity() * size_of::<S>()
    }
}
