//! The pages of a model as a browser reads them.
