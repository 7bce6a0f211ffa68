#include "ctl/report.hpp"

#include <array>
#include <cstdlib>
#include <memory>

#include "support/log.hpp"

namespace tws {

namespace {

constexpr std::array kColumns = {"id",    "user",          "authmethod", "realm",        "address",
                                 "since", "subscriptions", "transport",  "queued_bytes", "state"};

// Without the C1 controls (U+0080 to U+009F), on which terminals act as on escape sequences.
std::string without_terminal_controls(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_control = byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    out.append(is_control ? std::string_view("?") : text.substr(i, 1));
    i += is_control ? 1 : 0;
  }
  return out;
}

// A terminal is not to be moved by what a client is called.
void append_value(std::string& out, const json_t* value) {
  if (json_is_array(value)) {
    for (std::size_t i = 0; i < json_array_size(value); ++i) {
      out.append(i == 0 ? "" : ",");
      append_value(out, json_array_get(value, i));
    }
  } else if (json_is_string(value)) {
    append_escaped(out, without_terminal_controls(string_of(value)));
  } else {
    append_json(out, value);
  }
}

void append_rows(std::string& out, const std::string& name, const json_t* value) {
  if (!json_is_object(value)) {
    append_escaped(out, name);
    out.push_back('\t');
    append_value(out, value);
    out.push_back('\n');
    return;
  }
  const char* key = nullptr;
  json_t* member = nullptr;
  // jansson asks for what it may change, and does not.
  json_object_foreach(const_cast<json_t*>(value), key, member) {
    append_rows(out, name.empty() ? key : name + "." + key, member);
  }
}

}  // namespace

std::string to_line(const json_t* value) {
  const std::unique_ptr<char, decltype(&std::free)> text(json_dumps(value, JSON_COMPACT | JSON_ENSURE_ASCII),
                                                         std::free);
  return text ? std::string(text.get()) + "\n" : std::string();
}

std::string to_rows(const json_t* object) {
  std::string out;
  append_rows(out, "", object);
  return out;
}

std::string to_table(const json_t* sessions) {
  std::string out;
  for (const char* column : kColumns) {
    out.append(out.empty() ? "" : "\t").append(column);
  }
  out.push_back('\n');
  for (std::size_t i = 0; i < json_array_size(sessions); ++i) {
    for (const char* column : kColumns) {
      out.append(column == kColumns.front() ? "" : "\t");
      append_value(out, json_object_get(json_array_get(sessions, i), column));
    }
    out.push_back('\n');
  }
  return out;
}

}  // namespace tws
