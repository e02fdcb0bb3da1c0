//! The form that brings a model from elsewhere: a file becomes a candidate, whose page comes next.

use actix_multipart::Multipart;
use actix_web::{HttpRequest, web};
use futures_util::TryStreamExt;

use super::list_page;
use crate::app::exchange::{self, BYTES_MAX, Given};
use crate::app::{self, Error};
use crate::domain::told::Kind;
use crate::web::State;
use crate::web::pages::upload::{blocking, broken_off, told};
use crate::web::reply::{Reply, see_other};

/// Name of the file's field.
pub(super) const FILE: &str = "model-file";
/// Name of the box that says of what time its chance is.
const MONTHLY: &str = "monthly";

/// `POST /models/bring`: what cannot be used comes back with the form.
pub async fn take(state: web::Data<State>, payload: Multipart, request: HttpRequest) -> Reply {
    let office = state.office.clone();
    let entered = match read(payload).await {
        Ok(given) => blocking(move || exchange::bring(&office, &given)).await,
        Err(error) => Err(error),
    };
    match entered {
        Ok(it) => Ok(see_other(&format!("/models/{}", it.version))),
        Err(error) => list_page(&state, &request, Some(told(error)?)).await,
    }
}

/// Reads the form. What is too large is read and thrown away, so that the browser hears the answer.
async fn read(mut payload: Multipart) -> app::Result<Given> {
    let mut given = Given { name: String::new(), bytes: Vec::new(), form: None, monthly: false };
    while let Some(mut field) = payload.try_next().await.map_err(|it| broken_off(&it))? {
        let about = field.content_disposition();
        let file = about.and_then(|it| it.get_filename()).unwrap_or_default().to_owned();
        match about.and_then(|it| it.get_name()) {
            Some(MONTHLY) => given.monthly = true,
            Some(FILE) if !file.is_empty() => given.name = file,
            _ => continue,
        }
        while let Some(chunk) = field.try_next().await.map_err(|it| broken_off(&it))? {
            // One byte more than is allowed says that it is too large.
            let room = (BYTES_MAX as usize + 1).saturating_sub(given.bytes.len());
            if field.name() == Some(FILE) {
                given.bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
            }
        }
    }
    if given.name.is_empty() {
        return Err(Error::told(Kind::Invalid, "Choose the file of a model.", ""));
    }
    Ok(given)
}
