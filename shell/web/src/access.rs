//! Routes and who may call them: one cannot be registered without the other.

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use kernel::Permission;
use serde_json::json;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::Operation;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter, UtoipaMethodRouterExt};

use crate::App;
use crate::error::Error;

/// Who may call a route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Anybody, signed in or not. Say why in a comment where it is used.
    Public,
    /// Anybody who is signed in; the handler answers only about the person.
    SignedIn,
    /// Whoever has this permission.
    Permit(Permission),
    /// Whoever has one of these: the handler narrows what each may see.
    PermitAny(&'static [Permission]),
}

impl Access {
    fn text(self) -> serde_json::Value {
        match self {
            Access::Public => json!("public"),
            Access::SignedIn => json!("signed_in"),
            Access::Permit(permission) => json!([permission.key]),
            Access::PermitAny(list) => list.iter().map(|permission| permission.key).collect(),
        }
    }
}

/// The routes of one room. Paths begin with `/api/`.
#[derive(Default)]
pub struct Routes {
    pub(crate) router: OpenApiRouter<App>,
    pub(crate) listed: Vec<Listed>,
}

/// One route, for the test that walks them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub method: &'static str,
    pub path: String,
    pub access: Access,
}

impl Routes {
    pub fn new() -> Self {
        Routes::default()
    }

    /// Anybody may call it, without signing in.
    pub fn public(self, routes: UtoipaMethodRouter<App>) -> Self {
        self.add(Access::Public, routes)
    }
    /// Anybody who is signed in.
    pub fn signed_in(self, routes: UtoipaMethodRouter<App>) -> Self {
        self.add(Access::SignedIn, routes)
    }
    /// Whoever has the permission.
    pub fn permit(self, permission: Permission, routes: UtoipaMethodRouter<App>) -> Self {
        self.add(Access::Permit(permission), routes)
    }
    /// Whoever has at least one of the permissions.
    pub fn permit_any(self, permissions: &'static [Permission], routes: UtoipaMethodRouter<App>) -> Self {
        self.add(Access::PermitAny(permissions), routes)
    }
    /// Hands a value to the handlers of this room as `axum::Extension<T>`.
    pub fn with<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.router = self.router.layer(axum::Extension(value));
        self
    }

    fn add(mut self, access: Access, mut routes: UtoipaMethodRouter<App>) -> Self {
        for (path, item) in &mut routes.1.paths {
            let operations: [(&'static str, &mut Option<Operation>); 6] = [
                ("GET", &mut item.get),
                ("PUT", &mut item.put),
                ("POST", &mut item.post),
                ("DELETE", &mut item.delete),
                ("PATCH", &mut item.patch),
                ("HEAD", &mut item.head),
            ];
            for (method, operation) in operations {
                let Some(operation) = operation else { continue };
                self.listed.push(Listed { method, path: path.clone(), access });
                let note: Extensions = [("x-access".to_owned(), access.text())].into_iter().collect();
                operation.extensions.get_or_insert_default().merge(note);
            }
        }
        let guarded = routes.layer(from_fn(move |request, next| admit(access, request, next)));
        self.router = self.router.routes(guarded);
        self
    }
}

async fn admit(access: Access, mut request: Request, next: Next) -> Response {
    if access == Access::Public {
        return next.run(request).await;
    }
    let Some(app) = request.extensions().get::<App>().cloned() else {
        return Error::from(anyhow::anyhow!("the site was not built by Site::build")).into_response();
    };
    let actor = match app.identify(request.headers(), true).await {
        Ok(Some(actor)) => actor,
        Ok(None) => return Error::sign_in_first().into_response(),
        Err(error) => return error.into_response(),
    };
    let wanted: &[Permission] = match &access {
        Access::Public | Access::SignedIn => &[],
        Access::Permit(permission) => std::slice::from_ref(permission),
        Access::PermitAny(list) => list,
    };
    if !wanted.is_empty() && !wanted.iter().any(|permission| actor.may(*permission)) {
        let key = wanted.first().map_or("", |permission| permission.key);
        return Error::forbidden().with("permission", key).into_response();
    }
    request.extensions_mut().insert(actor);
    next.run(request).await
}
