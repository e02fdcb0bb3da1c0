//! The words of the business, and nothing else.
//!
//! Two words collide in this trade, so they are settled here:
//! * **job**: a dispatched repair visit. Background work is a **task**.
//! * **model**: a trained statistical model. A language model is an **llm**.
//! * **term**: one additive part of a score. **feature**: a number a model reads.
//! * **metric**: a number people agree on, defined once.
//! * **exit**: someone leaving. **hire**: someone joining.
//! * **answer**: what a question to the office returns, with its source.
//! * **fact**: what an office's systems say. **derived**: what can be rebuilt from facts.
//!   **decision**: what people and models did here, which exists nowhere else.
//!
//! Never here: IO, SQL, HTML, the clock, serialised shapes.

pub mod calendar;
pub mod count;
pub mod dates;
pub mod deny;
pub mod fact;
pub mod holidays;
pub mod near;
pub mod rate;
pub mod risk;
pub mod told;
