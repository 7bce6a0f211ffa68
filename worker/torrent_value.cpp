#include "worker/torrent_value.hpp"

namespace tws::worker {

namespace {

using Value = nlohmann::json;

}  // namespace

Value value_of(const json_t* json) {
  switch (json_typeof(json)) {
    case JSON_OBJECT: {
      Value object = Value::object();
      const char* key = nullptr;
      json_t* member = nullptr;
      json_object_foreach(const_cast<json_t*>(json), key, member) { object.emplace(key, value_of(member)); }
      return object;
    }
    case JSON_ARRAY: {
      Value array = Value::array();
      std::size_t index = 0;
      const json_t* element = nullptr;
      json_array_foreach(json, index, element) { array.push_back(value_of(element)); }
      return array;
    }
    case JSON_STRING:
      return string_of(json);
    case JSON_INTEGER:
      return json_integer_value(json);
    case JSON_REAL:
      return json_real_value(json);
    case JSON_NULL:
      return nullptr;
    default:
      return json_is_true(json);
  }
}

namespace {

Value object_of(const ListDelta::Change& change, const std::string& daemon) {
  Value object = Value::object();
  if (change.is_new) {
    object.emplace("daemon", daemon);
  }
  for (std::size_t i = 0; i < kListFieldCount; ++i) {
    if (change.fields[i]) {
      object.emplace(kListFields[i], value_of((*change.torrent)[i].get()));
    }
  }
  return object;
}

Value objects_of(const ListDelta& delta, const std::string& daemon, const std::string& key_prefix) {
  Value objects = Value::object();
  for (const auto& change : delta.changes) {
    objects.emplace(key_prefix + *change.hash, object_of(change, daemon));
  }
  return objects;
}

Value table_of(const ListDelta& delta, const std::string& daemon, const std::string& key_prefix) {
  const FieldSet columns = delta.changed_fields();
  const bool daemon_column = delta.has_new();
  Value fields = Value::array({"hash"});
  if (daemon_column) {
    fields.push_back("daemon");
  }
  for (std::size_t i = 0; i < kListFieldCount; ++i) {
    if (columns[i]) {
      fields.push_back(kListFields[i]);
    }
  }
  Value rows = Value::array();
  for (const auto& change : delta.changes) {
    Value row = Value::array({key_prefix + *change.hash});
    if (daemon_column) {
      row.push_back(change.is_new ? Value(daemon) : Value());
    }
    for (std::size_t i = 0; i < kListFieldCount; ++i) {
      if (columns[i]) {
        row.push_back(change.fields[i] ? value_of((*change.torrent)[i].get()) : Value());
      }
    }
    rows.push_back(std::move(row));
  }
  return {{"fields", std::move(fields)}, {"rows", std::move(rows)}};
}

void append(std::string& out, Serializer serializer, const Value& value) {
  if (serializer == Serializer::kCbor) {
    Value::to_cbor(value, out);
  } else {
    Value::to_msgpack(value, out);
  }
}

}  // namespace

Value tail_value(ListFormat format, const ListDelta& delta, const json_t* further, const std::string& daemon,
                 const std::string& key_prefix) {
  Value removed = Value::array();
  for (const std::string& hash : delta.removed) {
    removed.push_back(key_prefix + hash);
  }
  const auto torrents_of = format == ListFormat::kTable ? table_of : objects_of;
  Value tail = value_of(further);
  tail.emplace("torrents", torrents_of(delta, daemon, key_prefix));
  tail.emplace("removed", std::move(removed));
  return tail;
}

void append_members(std::string& out, Serializer serializer, const Value& tail) {
  for (const auto& [key, value] : tail.items()) {
    append(out, serializer, key);
    append(out, serializer, value);
  }
}

}  // namespace tws::worker
