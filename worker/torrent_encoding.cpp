#include "worker/torrent_encoding.hpp"

#include <algorithm>
#include <array>
#include <charconv>

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

TorrentEncoder::TorrentEncoder(std::string_view daemon, std::string_view key_prefix)
    : daemon_(json_text(daemon)), key_start_(json_text(key_prefix)) {
  key_start_.pop_back();
}

void TorrentEncoder::append_snapshot(std::string& out, ListFormat format, const TorrentList& list,
                                     std::string_view session) const {
  ListDelta all;
  all.changes.reserve(list.torrents().size());
  for (const auto& [hash, torrent] : list.torrents()) {
    all.changes.push_back({&hash, &torrent, FieldSet().set(), true});
  }
  append(out, format, all, FieldSet().set(), true, session);
}

void TorrentEncoder::append_delta(std::string& out, ListFormat format, const ListDelta& delta,
                                  std::string_view session) const {
  FieldSet columns;
  bool daemon_column = false;
  for (const auto& change : delta.changes) {
    columns |= change.fields;
    daemon_column |= change.is_new;
  }
  append(out, format, delta, columns, daemon_column, session);
}

void TorrentEncoder::append(std::string& out, ListFormat format, const ListDelta& delta, const FieldSet& columns,
                            bool daemon_column, std::string_view session) const {
  const bool table = format == ListFormat::kTable;
  out += R"("torrents":{)";
  if (table) {
    out += R"("fields":["hash")";
    out += daemon_column ? R"(,"daemon")" : "";
    for (std::size_t i = 0; i < kListFieldCount; ++i) {
      if (columns[i]) {
        out.append(",\"").append(kListFields[i]) += '"';
      }
    }
    out += R"(],"rows":[)";
  }
  const char* separator = "";
  for (const auto& change : delta.changes) {
    out += separator;
    separator = ",";
    if (table) {
      append_row(out, change, columns, daemon_column);
    } else {
      append_object(out, change);
    }
  }
  out += table ? R"(]},"removed":[)" : R"(},"removed":[)";
  separator = "";
  for (const std::string& hash : delta.removed) {
    out += separator;
    separator = ",";
    append_key(out, hash);
  }
  out.append(R"(],"session":)").append(session) += '}';
}

void TorrentEncoder::append_key(std::string& out, std::string_view hash) const {
  out.append(key_start_).append(hash) += '"';
}

void TorrentEncoder::append_object(std::string& out, const ListDelta::Change& change) const {
  append_key(out, *change.hash);
  out += ":{";
  const char* separator = "";
  if (change.is_new) {
    out.append(R"("daemon":)").append(daemon_);
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
    out.append(",").append(change.is_new ? daemon_ : "null");
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
