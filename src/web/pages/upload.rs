//! Files and paths handed over on the Data page: streamed into a waiting order, never held in
//! memory.

use std::fs::File;
use std::io::Write;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::TryStreamExt;
use serde::Deserialize;

use super::data::{self, Forms};
use super::uid_text;
use crate::app::imports;
use crate::app::imports::stage::{UPLOAD_BYTES_MAX, Upload};
use crate::app::runs::Uid;
use crate::app::{self, Error};
use crate::domain::told::Kind;
use crate::web::State;
use crate::web::error::Failure;
use crate::web::reply::{Reply, see_other};

/// Bytes gathered before they are written.
const PIECE_BYTES: usize = 1 << 20;

/// A path on this machine.
#[derive(Debug, Deserialize)]
pub struct PathForm {
    path: String,
}

/// `POST /data/path`.
pub async fn path(
    state: web::Data<State>,
    form: web::Form<PathForm>,
    request: HttpRequest,
) -> Reply {
    let path = form.into_inner().path;
    let given = path.trim().trim_matches('"').to_owned();
    if given.is_empty() {
        let error = "Enter the path of a folder or file.".to_owned();
        return data::with_forms(
            &state,
            &request,
            Forms { path_error: Some(error), ..Forms::default() },
        )
        .await;
    }
    let office = state.office.clone();
    let staged = blocking(move || office.stage_path(given.as_ref())).await;
    match readable(&state, staged).await {
        Ok(uid) => Ok(next(uid)),
        Err(error) => {
            let path_error = Some(told(error)?);
            data::with_forms(&state, &request, Forms { path, path_error, ..Forms::default() }).await
        }
    }
}

/// `POST /data/upload`.
pub async fn files(state: web::Data<State>, payload: Multipart, request: HttpRequest) -> Reply {
    let staged = take(&state, payload).await;
    match readable(&state, staged).await {
        Ok(uid) => Ok(next(uid)),
        Err(error) => {
            let files_error = Some(told(error)?);
            data::with_forms(&state, &request, Forms { files_error, ..Forms::default() }).await
        }
    }
}

/// Throws away at once what holds nothing that can be read.
async fn readable(state: &State, staged: app::Result<Uid>) -> app::Result<Uid> {
    let uid = staged?;
    let office = state.office.clone();
    let order = blocking(move || Ok(office.stage(uid)?.order)).await?;
    let look = state.office.page(move |cx| imports::look(cx, &order, None)).await?;
    let Some(told) = look.hopeless() else { return Ok(uid) };
    let office = state.office.clone();
    blocking(move || office.discard_stage(uid)).await?;
    Err(told.into())
}

/// Takes every file in. After a fault the rest is read and thrown away, so that the browser hears
/// the answer.
async fn take(state: &State, mut payload: Multipart) -> app::Result<Uid> {
    let office = state.office.clone();
    let mut upload = Some(blocking(move || office.begin_upload()).await?);
    let mut fault = None;
    let mut bytes = 0;
    while let Some(mut field) = payload.try_next().await.map_err(|it| broken_off(&it))? {
        let name = field.content_disposition().and_then(|it| it.get_filename()).map(str::to_owned);
        // A form without a choice sends one file without a name.
        let name = name.filter(|it| !it.is_empty());
        match (upload.take(), name) {
            (Some(it), Some(name)) => match file(it, &name, &mut field, &mut bytes).await {
                Ok(it) => upload = Some(it),
                Err(error) => fault = Some(error),
            },
            (it, _) => upload = it,
        }
        // What is left of a field is read and thrown away when the next is asked for.
    }
    match (fault, upload) {
        (Some(error), _) => Err(error),
        (None, Some(upload)) => {
            let office = state.office.clone();
            blocking(move || office.finish_upload(upload)).await
        }
        (None, None) => Err(Error::broken("take files in", "the upload was lost")),
    }
}

/// Takes one file in.
async fn file(
    mut upload: Upload,
    name: &str,
    field: &mut Field,
    bytes: &mut u64,
) -> app::Result<Upload> {
    let owned = name.to_owned();
    let (upload, mut file) = blocking(move || {
        let file = upload.file(&owned)?;
        Ok((upload, file))
    })
    .await?;
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    while let Some(chunk) = field.try_next().await.map_err(|it| broken_off(&it))? {
        *bytes += chunk.len() as u64;
        if *bytes > UPLOAD_BYTES_MAX {
            return Err(Error::told(
                Kind::Invalid,
                "More than 2 GB were sent at once.",
                "Send the files in parts, or give the path of their folder: files on this machine \
                 are read where they lie.",
            ));
        }
        piece.extend_from_slice(&chunk);
        if piece.len() >= PIECE_BYTES {
            (file, piece) = write(file, piece).await?;
        }
    }
    write(file, piece).await?;
    Ok(upload)
}

async fn write(mut file: File, mut piece: Vec<u8>) -> app::Result<(File, Vec<u8>)> {
    blocking(move || {
        file.write_all(&piece)?;
        piece.clear();
        Ok((file, piece))
    })
    .await
}

pub(super) async fn blocking<T, F>(work: F) -> app::Result<T>
where
    T: Send + 'static,
    F: FnOnce() -> app::Result<T> + Send + 'static,
{
    web::block(work).await.map_err(|error| Error::broken("wait for work", error))?
}

/// The words for the form; what the form cannot mend is a page of its own.
pub(super) fn told(error: Error) -> Result<String, Failure> {
    match error {
        Error::Told(told) if matches!(told.kind, Kind::Invalid | Kind::Conflict) => {
            Ok(told.to_string())
        }
        error => Err(error.into()),
    }
}

pub(super) fn broken_off(error: &MultipartError) -> Error {
    tracing::warn!(%error, "an upload broke off");
    Error::told(Kind::Invalid, "The upload broke off.", "Nothing was kept. Send the files again.")
}

fn next(uid: Uid) -> HttpResponse {
    see_other(&format!("/data/import/{}", uid_text(uid)))
}
