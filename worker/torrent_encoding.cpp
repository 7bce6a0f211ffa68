#include "worker/torrent_encoding.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

#include "worker/torrent_value.hpp"

namespace tws::worker {

namespace {

template <typename Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> digits;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by to_chars
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

// Numbers are most of a list; to_chars gives their shortest text, jansson 17 digits.
void append_value(std::string& out, const json_t* value) {
  if (json_is_integer(value)) {
    append_number(out, json_integer_value(value));
  } else if (json_is_real(value)) {
    append_number(out, json_real_value(value));
  } else {
    append_json(out, value);
  }
}

std::string json_text(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

}  // namespace

TorrentEncoder::TorrentEncoder(std::string daemon, std::string key_prefix)
    : daemon_(std::move(daemon)),
      key_prefix_(std::move(key_prefix)),
      daemon_text_(json_text(daemon_)),
      key_start_(json_text(key_prefix_)) {
  key_start_.pop_back();
}

std::vector<std::size_t> TorrentEncoder::append_tails(std::string& out, std::span<const TailForm> forms,
                                                      const ListDelta& delta, const json_t* further,
                                                      std::size_t limit) const {
  std::map<ListFormat, nlohmann::json> values;  // of each format the one that several serializers are written of
  std::vector<std::size_t> lengths;
  for (const auto& [format, serializer] : forms) {
    const std::size_t start = out.size();
    if (serializer == Serializer::kJson) {
      append_json_tail(out, format, delta, further);
    } else {
      auto value = values.find(format);
      if (value == values.end()) {
        value = values.emplace(format, tail_value(format, delta, further, daemon_, key_prefix_)).first;
      }
      append_members(out, serializer, value->second);
    }
    lengths.push_back(out.size() - start);
  }
  std::size_t end = out.size();
  for (std::size_t i = forms.size(); i > 0 && out.size() > limit; --i) {
    const std::size_t start = end - lengths[i - 1];
    if (forms[i - 1].serializer != Serializer::kJson) {
      out.erase(start, std::exchange(lengths[i - 1], 0));
    }
    end = start;
  }
  return lengths;
}

void TorrentEncoder::append_json_tail(std::string& out, ListFormat format, const ListDelta& delta,
                                      const json_t* further) const {
  out += R"("torrents":)";
  if (format == ListFormat::kTable) {
    append_table(out, delta);
  } else {
    append_objects(out, delta);
  }
  out += R"(,"removed":[)";
  const char* separator = "";
  for (const std::string& hash : delta.removed) {
    out += separator;
    separator = ",";
    append_key(out, hash);
  }
  out += ']';
  const char* name = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(further), name, value) {
    out.append(",\"").append(name).append("\":");
    append_json(out, value);
  }
  out += '}';
}

void TorrentEncoder::append_objects(std::string& out, const ListDelta& delta) const {
  out += '{';
  const char* separator = "";
  for (const auto& change : delta.changes) {
    out += separator;
    separator = ",";
    append_object(out, change);
  }
  out += '}';
}

void TorrentEncoder::append_table(std::string& out, const ListDelta& delta) const {
  const FieldSet columns = delta.changed_fields();
  const bool daemon_column = delta.has_new();
  out += R"({"fields":["hash")";
  out += daemon_column ? R"(,"daemon")" : "";
  for (std::size_t i = 0; i < kListFieldCount; ++i) {
    if (columns[i]) {
      out.append(",\"").append(kListFields[i]) += '"';
    }
  }
  out += R"(],"rows":[)";
  const char* separator = "";
  for (const auto& change : delta.changes) {
    out += separator;
    separator = ",";
    append_row(out, change, columns, daemon_column);
  }
  out += "]}";
}

void TorrentEncoder::append_key(std::string& out, std::string_view hash) const {
  out.append(key_start_).append(hash) += '"';
}

void TorrentEncoder::append_object(std::string& out, const ListDelta::Change& change) const {
  append_key(out, *change.hash);
  out += ":{";
  const char* separator = "";
  if (change.is_new) {
    out.append(R"("daemon":)").append(daemon_text_);
    separator = ",";
  }
  for (std::size_t i = 0; i < kListFieldCount; ++i) {
    if (change.fields[i]) {
      out.append(separator).append("\"").append(kListFields[i]).append("\":");
      append_value(out, (*change.torrent)[i].get());
      separator = ",";
    }
  }
  out += '}';
}

void TorrentEncoder::append_row(std::string& out, const ListDelta::Change& change, const FieldSet& columns,
                                bool daemon_column) const {
  out += '[';
  append_key(out, *change.hash);
  if (daemon_column) {
    out.append(",").append(change.is_new ? daemon_text_ : "null");
  }
  for (std::size_t i = 0; i < kListFieldCount; ++i) {
    if (columns[i]) {
      out += ',';
      if (change.fields[i]) {
        append_value(out, (*change.torrent)[i].get());
      } else {
        out += "null";
      }
    }
  }
  out += ']';
}

}  // namespace tws::worker
