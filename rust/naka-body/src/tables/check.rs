//! Runs the examples that tables bring along.

use super::ApiTables;
use super::file::{ApiEntry, Example};
use crate::error::TableError;
use crate::{Document, Limits, Route};

pub(super) fn examples(tables: &ApiTables, entry: &ApiEntry, errors: &mut Vec<TableError>) {
    let mut failed = |example, why| {
        errors.push(TableError::ExampleFailed {
            table: entry.id.clone(),
            example,
            why,
        });
    };
    for (index, line) in entry.matches.iter().enumerate() {
        let (line, wanted) = line.strip_prefix('!').map_or((&**line, true), |line| (line, false));
        let (method, path) = line.split_once(' ').unwrap_or((line, ""));
        let found = tables.route(method, path).api;
        if (found == entry.id) != wanted {
            failed(index, format!("{line} finds {found}"));
        }
    }
    let Some(route) = tables.by_id(&entry.id) else {
        return;
    };
    for (index, example) in entry.example.iter().enumerate() {
        if let Err(why) = example_holds(&route, example) {
            failed(index, why);
        }
    }
}

fn example_holds(route: &Route<'_>, example: &Example) -> Result<(), String> {
    let body = example.body.as_bytes();
    let document = Document::read(
        body,
        Some("application/json"),
        route,
        example.direction,
        &Limits::default(),
    )
    .map_err(|why| why.code().to_owned())?;
    let fields: Vec<String> = document
        .fields()
        .map(|field| {
            let sign = if field.editable { '=' } else { '~' };
            format!(
                "{} {sign} {}",
                document.path(field.id),
                String::from_utf8_lossy(field.text)
            )
        })
        .collect();
    let unscannable: Vec<String> = document
        .unscannable()
        .iter()
        .map(|item| format!("{} {}", document.unscannable_path(item), item.reason.code()))
        .collect();
    if fields != example.fields {
        return Err(format!("fields are {fields:#?}"));
    }
    if unscannable != example.unscannable {
        return Err(format!("unscannable are {unscannable:#?}"));
    }
    match document.rewrite(vec![]) {
        Ok(same) if same == body => Ok(()),
        _ => Err("without edits the body does not stay as it is".to_owned()),
    }
}
