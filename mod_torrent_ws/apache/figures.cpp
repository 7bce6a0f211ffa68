#include "apache/figures.hpp"

#include <algorithm>
#include <utility>

#include "support/json.hpp"

namespace tws::apache {

namespace {

using Path = std::vector<std::string>;

Path joined(const Path& path, const char* name) {
  Path longer = path;
  longer.emplace_back(name);
  return longer;
}

void append_figures(std::vector<Figure>& out, Path path, const json_t* value) {
  switch (json_typeof(value)) {
    case JSON_OBJECT: {
      const char* name = nullptr;
      json_t* member = nullptr;
      json_object_foreach(const_cast<json_t*>(value), name, member) { append_figures(out, joined(path, name), member); }
      break;
    }
    case JSON_ARRAY:
      out.push_back({std::move(path), std::to_string(json_array_size(value)), true});
      break;
    case JSON_STRING:
      out.push_back({std::move(path), std::string(string_of(value)), false});
      break;
    case JSON_INTEGER:
    case JSON_REAL:
      out.push_back({std::move(path), to_text(value), true});
      break;
    case JSON_TRUE:
    case JSON_FALSE:
      out.push_back({std::move(path), json_is_true(value) ? "1" : "0", true});
      break;
    case JSON_NULL:
      break;
  }
}

}  // namespace

std::vector<Figure> figures_of(const json_t* status) {
  std::vector<Figure> figures;
  append_figures(figures, {}, status);
  for (auto& [path, value, is_number] : figures) {
    if (path.size() == 2 && path[0] == "pids") {
      path = path[1] == "event_loop" ? Path{"pid"} : Path{"processes", path[1]};
    }
  }
  return figures;
}

std::string name_for_people(const Figure& figure) {
  std::string name;
  for (const auto& part : figure.path) {
    name.append(name.empty() ? "" : " ").append(part);
  }
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

}  // namespace tws::apache
