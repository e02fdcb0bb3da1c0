//! What a fit hands out of its finished bags, so that a fit that was cut off goes on behind them.
//!
//! Never trusts what it gets back: bytes that are damaged, of another part or bag or of other shapes
//! are passed over and the bag is fitted again. That bytes are of the same fit is the caller's to
//! know: it files them under a name of the data, the options but `threads`, and the version of the
//! program.

use super::boost::Shape;
use super::run::Run;
use crate::error::Result;
use crate::progress::{Part, Step};

/// A place for finished bags. Called from several threads at once.
pub trait Keep: Sync {
    /// What was put for a part of a bag of this very fit; `None` when there is nothing.
    fn get(&self, part: Part, bag: usize) -> Option<Vec<u8>>;

    /// A part of a bag is finished. A place that cannot keep it says nothing: it is fitted again.
    fn put(&self, part: Part, bag: usize, bytes: &[u8]);
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl Keep for Nothing {
    fn get(&self, _part: Part, _bag: usize) -> Option<Vec<u8>> {
        None
    }

    fn put(&self, _part: Part, _bag: usize, _bytes: &[u8]) {}
}

/// First bytes of a kept bag; the last is the version of the layout.
const MAGIC: [u8; 8] = *b"EBM bag\x01";

impl Run<'_> {
    /// As `each`, for shapes: what was kept is taken, what is fitted is kept, `then` sees either.
    /// `tables` are the cells of the pair tables of a bag.
    pub(crate) fn each_kept(
        &self,
        part: Part,
        tables: impl Fn(usize) -> Vec<usize> + Sync,
        one: impl Fn(usize) -> Option<Shape> + Sync,
        then: impl Fn(usize, &Shape) + Sync,
    ) -> Result<Vec<Shape>> {
        let mains: Vec<usize> = self.data.bins.iter().map(crate::bins::Bins::len).collect();
        self.each(part, |bag| {
            let bytes = self.keep.get(part, bag);
            let kept = bytes.and_then(|it| read(&it, part, bag, &mains, &tables(bag)));
            let taken = kept.is_some();
            let shape = match kept {
                Some(shape) => shape,
                None => one(bag)?,
            };
            if !taken {
                self.keep.put(part, bag, &write(&shape, part, bag));
            }
            if part != Part::Refit {
                self.done(1);
            }
            then(bag, &shape);
            self.tell(&Step::Finished { bag, part, taken }).then_some(shape)
        })
    }
}

/// Little endian: magic, part, bag, steps, intercept, then each table as its length and its scores,
/// mains before pairs, then the FNV-1a hash of all before. Any one changed byte changes that hash.
fn write(shape: &Shape, part: Part, bag: usize) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    let mut word = |it: u64| bytes.extend(it.to_le_bytes());
    word(part as u64);
    word(bag as u64);
    word(shape.steps);
    word(shape.intercept.to_bits());
    for table in shape.scores.iter().chain(&shape.pairs) {
        word(table.len() as u64);
        for it in table {
            word(it.to_bits());
        }
    }
    let hash = fnv(&bytes);
    bytes.extend(hash.to_le_bytes());
    bytes
}

/// The shape in some bytes; `None` unless they are whole and of this part, bag and these lengths.
fn read(bytes: &[u8], part: Part, bag: usize, mains: &[usize], pairs: &[usize]) -> Option<Shape> {
    let (body, hash) = bytes.split_last_chunk()?;
    let rest = body.strip_prefix(&MAGIC)?;
    if u64::from_le_bytes(*hash) != fnv(body) || rest.len() % 8 != 0 {
        return None;
    }
    let mut words = rest.as_chunks().0.iter().map(|it| u64::from_le_bytes(*it));
    if words.next()? != part as u64 || words.next()? != bag as u64 {
        return None;
    }
    let (steps, intercept) = (words.next()?, f64::from_bits(words.next()?));
    let mut table = |cells: &usize| {
        let is_long = words.next()? == *cells as u64;
        let found: Vec<f64> = words.by_ref().take(*cells).map(f64::from_bits).collect();
        let is_sound = found.len() == *cells && found.iter().all(|it| it.is_finite());
        (is_long && is_sound).then_some(found)
    };
    let scores = mains.iter().map(&mut table).collect::<Option<_>>()?;
    let pairs = pairs.iter().map(&mut table).collect::<Option<_>>()?;
    let is_over = words.next().is_none() && intercept.is_finite();
    is_over.then_some(Shape { intercept, scores, pairs, steps })
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo): against damage, not against malice.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
