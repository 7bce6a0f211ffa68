#include "wire/uri_pattern.hpp"

#include <algorithm>
#include <array>

namespace tws {

namespace {

// In the order of the enumeration.
constexpr std::array<const char*, 3> kMatchNames = {"exact", "prefix", "wildcard"};

// Takes the first component off, with its dot.
std::string_view take_component(std::string_view& rest) {
  const std::string_view component = rest.substr(0, rest.find('.'));
  rest.remove_prefix(std::min(rest.size(), component.size() + 1));
  return component;
}

// Whether both have as many components, and `fits` holds for each pair.
template <typename Fits>
bool all_components(std::string_view pattern, std::string_view other, Fits fits) {
  const auto dots = std::count(pattern.begin(), pattern.end(), '.');
  if (std::count(other.begin(), other.end(), '.') != dots) {
    return false;
  }
  for (auto component = dots; component >= 0; --component) {
    const std::string_view own = take_component(pattern);
    if (!fits(own, take_component(other))) {
      return false;
    }
  }
  return true;
}

// What all URIs of a wildcard begin with: the text before its first empty component.
std::string_view literal_head(std::string_view wildcard) {
  if (wildcard.empty() || wildcard.front() == '.') {
    return {};
  }
  const std::size_t gap = wildcard.find("..");
  return gap == std::string_view::npos ? wildcard : wildcard.substr(0, gap + 1);
}

}  // namespace

bool is_control_character(char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; }

bool is_forbidden_in_uri(char c) { return is_control_character(c) || c == ' ' || c == '#'; }

bool has_empty_component(std::string_view uri) {
  return uri.empty() || uri.front() == '.' || uri.back() == '.' || uri.find("..") != std::string_view::npos;
}

Result<UriPattern> parse_uri_pattern(std::string_view text) {
  const std::string quoted = "\"" + std::string(text) + "\" ";
  if (text.empty()) {
    return Error{"an empty pattern; write * for all URIs, or a URI such as com.example.chat", {}};
  }
  if (text.size() > kMaxUri) {
    return Error{"a pattern of more than " + std::to_string(kMaxUri) + " bytes; end it earlier, with a *", {}};
  }
  if (std::any_of(text.begin(), text.end(), is_forbidden_in_uri)) {
    return Error{quoted + "has white space, a control character or #, which no URI has; leave it out", {}};
  }
  const std::size_t star = text.find('*');
  if (star == std::string_view::npos) {
    return UriPattern{std::string(text), has_empty_component(text) ? Match::kWildcard : Match::kExact};
  }
  const std::string_view head = text.substr(0, star);
  if (star != text.size() - 1) {
    return Error{quoted + "has a * before its end; leave a component empty where it may be any, as in com..status", {}};
  }
  if (head.starts_with('.') || head.find("..") != std::string_view::npos) {
    return Error{quoted + "has an empty component and a *; write either com..status or com.example.*", {}};
  }
  return UriPattern{std::string(head), Match::kPrefix};
}

std::optional<Match> match_of(std::string_view name) {
  const auto* const found = std::find(kMatchNames.begin(), kMatchNames.end(), name);
  return found == kMatchNames.end() ? std::nullopt : std::optional(static_cast<Match>(found - kMatchNames.begin()));
}

const char* name_of(Match match) { return kMatchNames.at(static_cast<std::size_t>(match)); }

bool matches(const UriPattern& pattern, std::string_view uri) {
  switch (pattern.match) {
    case Match::kExact:
      return uri == pattern.uri;
    case Match::kPrefix:
      return uri.starts_with(pattern.uri);
    case Match::kWildcard:
      return all_components(pattern.uri, uri, [](std::string_view own, std::string_view component) {
        return own.empty() ? !component.empty() : own == component;
      });
  }
  return false;
}

bool covers(const UriPattern& rule, const UriPattern& asked) {
  if (asked.match == Match::kExact) {
    return matches(rule, asked.uri);
  }
  switch (rule.match) {
    case Match::kExact:
      return false;
    case Match::kPrefix:
      return (asked.match == Match::kPrefix ? asked.uri : literal_head(asked.uri)).starts_with(rule.uri);
    case Match::kWildcard:
      return asked.match == Match::kWildcard &&
             all_components(rule.uri, asked.uri, [](std::string_view own, std::string_view component) {
               return own.empty() || own == component;
             });
  }
  return false;
}

bool may_overlap(const UriPattern& one, const UriPattern& other) {
  if (one.match == Match::kExact) {
    return matches(other, one.uri);
  }
  if (other.match == Match::kExact) {
    return matches(one, other.uri);
  }
  if (one.match == Match::kWildcard && other.match == Match::kWildcard) {
    return all_components(one.uri, other.uri, [](std::string_view own, std::string_view component) {
      return own.empty() || component.empty() || own == component;
    });
  }
  const auto head_of = [](const UriPattern& pattern) {
    return pattern.match == Match::kPrefix ? std::string_view(pattern.uri) : literal_head(pattern.uri);
  };
  return head_of(one).starts_with(head_of(other)) || head_of(other).starts_with(head_of(one));
}

}  // namespace tws
