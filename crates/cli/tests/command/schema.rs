//! As much of JSON Schema as `docs/report.schema.json` uses.

use crate::root;
use serde_json::{Map, Value};

/// Everything in which the value differs from the schema.
pub(crate) fn violations(value: &Value) -> Vec<String> {
    let text = std::fs::read_to_string(root().join("docs/report.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let mut found = Vec::new();
    check(&schema, &schema, value, "$", &mut found);
    found
}

fn check(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let schema = match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    if let Some(allowed) = schema.get("enum").and_then(Value::as_array)
        && !allowed.contains(value)
    {
        found.push(format!("{at}: {value} is none of {allowed:?}"));
    }
    if let Some(types) = schema.get("type") {
        let allowed = types.as_array().cloned().unwrap_or_else(|| vec![types.clone()]);
        if !allowed.iter().any(|name| has_type(value, name.as_str().unwrap())) {
            found.push(format!("{at}: {value} is not of type {types}"));
        }
    }
    match value {
        Value::Object(members) => object(root, schema, members, at, found),
        Value::Array(items) => {
            let schema = schema.get("items").unwrap();
            for (number, item) in items.iter().enumerate() {
                check(root, schema, item, &format!("{at}[{number}]"), found);
            }
        }
        _ => {}
    }
}

fn object(
    root: &Value,
    schema: &Value,
    members: &Map<String, Value>,
    at: &str,
    found: &mut Vec<String>,
) {
    let required = schema.get("required").and_then(Value::as_array);
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        if !members.contains_key(name) {
            found.push(format!("{at}: no `{name}`"));
        }
    }
    for (name, value) in members {
        let named = schema.get("properties").and_then(|properties| properties.get(name));
        match named.or(schema.get("additionalProperties")).unwrap() {
            Value::Bool(false) => found.push(format!("{at}: `{name}` is not described")),
            schema => check(root, schema, value, &format!("{at}.{name}"), found),
        }
    }
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type `{other}`"),
    }
}
