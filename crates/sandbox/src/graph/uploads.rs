use axum::response::Response;
use http::HeaderMap;
use serde_json::json;

use super::access::Access;
use super::error::GraphError;
use super::{GraphCall, json_answer};
use crate::rules::limits;
use crate::state::Sandbox;
use crate::state::model::Upload;
use crate::state::world::World;

/// File types that a resumable upload takes.
const TYPES: &[&str] = &[
    "application/pdf",
    "image/jpeg",
    "image/jpg",
    "image/png",
    "video/mp4",
];

/// The upload that a handle stands for.
pub(super) fn by_handle<'a>(world: &'a World, handle: &str) -> Option<&'a Upload> {
    world
        .uploads
        .values()
        .find(|upload| upload.handle.as_deref() == Some(handle))
}

/// `POST /{APP}/uploads?file_name=&file_length=&file_type=`: begins a resumable upload.
pub(super) fn begin(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    if call.node != "app" {
        sandbox.read(|world| access.app(world, call).map(|_| ()))?;
    }
    let given = |name: &str| {
        let of_body = call.params().ok().and_then(|params| params.get(name).cloned());
        let text = of_body.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        call.query(name).map(str::to_owned).or(text)
    };
    let needed = |name: &str| {
        given(name).ok_or_else(|| GraphError::parameter(format!("The parameter {name} is required.")))
    };
    let length: usize = needed("file_length")?
        .parse()
        .ok()
        .filter(|length| (1..=limits::MEDIA_BYTES).contains(length))
        .ok_or_else(|| {
            GraphError::parameter("Param file_length must be a number between 1 and 104857600.")
        })?;
    let mime_type = needed("file_type")?;
    if !TYPES.contains(&mime_type.as_str()) {
        return Err(GraphError::parameter(format!(
            "Param file_type must be one of {{{}}}.",
            TYPES.join(", ")
        )));
    }
    let id = sandbox.write(|world| {
        let id = format!("upload:{}", world.kept.ids.secret());
        let upload = Upload {
            id: id.clone(),
            app_id: access.app_id.clone(),
            mime_type,
            length,
            received: 0,
            handle: None,
        };
        world.uploads.insert(id.clone(), upload);
        id
    });
    json_answer(&json!({"id": id}))
}

fn upload_of(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Upload, GraphError> {
    sandbox
        .read(|world| world.uploads.get(&call.node).cloned())
        .filter(|upload| upload.app_id == access.app_id)
        .ok_or_else(|| GraphError::unknown_object(call.verb(), &call.node))
}

/// `GET /upload:{ID}`: how much has arrived.
pub(super) fn read(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let upload = upload_of(sandbox, access, call)?;
    json_answer(&json!({"id": upload.id, "file_offset": upload.received}))
}

fn offset(headers: &HeaderMap) -> Option<usize> {
    headers.get("file_offset")?.to_str().ok()?.trim().parse().ok()
}

/// `POST /upload:{ID}` with the bytes from `file_offset` on; the last part is answered with the handle.
pub(super) async fn receive(
    sandbox: &Sandbox,
    access: &Access,
    call: &GraphCall,
) -> Result<Response, GraphError> {
    let upload = upload_of(sandbox, access, call)?;
    if offset(&call.headers).unwrap_or_default() != upload.received {
        return Err(GraphError::parameter(format!(
            "Header file_offset must be {}, the bytes received so far.",
            upload.received
        )));
    }
    let received = upload.received + call.body.len();
    if received > upload.length {
        return Err(GraphError::parameter("The file is longer than file_length said."));
    }
    let name = upload.id.replace(':', "_");
    sandbox.append_file(&name, &call.body).await.map_err(|error| {
        GraphError::coded(131000, format!("The sandbox could not keep the file: {error}"))
    })?;
    let handle = sandbox.write(|world| {
        let handle =
            (received == upload.length).then(|| format!("4::aW1hZ2U=:{}:e:sandbox", world.kept.ids.secret()));
        if let Some(upload) = world.uploads.get_mut(&call.node) {
            upload.received = received;
            upload.handle.clone_from(&handle);
        }
        handle
    });
    match handle {
        Some(handle) => json_answer(&json!({"h": handle})),
        None => json_answer(&json!({"id": upload.id, "file_offset": received})),
    }
}
