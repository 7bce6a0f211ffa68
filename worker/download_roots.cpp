#include "worker/download_roots.hpp"

#include <algorithm>
#include <filesystem>

#include "worker/text_checks.hpp"

namespace tws::worker {

namespace {

std::optional<std::string> normal_form(std::string_view text) {
  const std::filesystem::path path(text);
  if (!path.is_absolute() || has_control_characters(text) || std::find(path.begin(), path.end(), "..") != path.end()) {
    return std::nullopt;
  }
  // Without the slashes in front ("//srv" may keep two) and behind.
  std::string normal = path.lexically_normal().relative_path().string();
  while (normal.ends_with('/')) {
    normal.pop_back();
  }
  return '/' + normal;
}

bool is_below(std::string_view path, std::string_view root) {
  return root == "/" || path == root || (path.starts_with(root) && path[root.size()] == '/');
}

}  // namespace

bool DownloadRoots::add(std::string_view root) {
  auto normal = normal_form(root);
  if (normal) {
    roots_.push_back(std::move(*normal));
  }
  return normal.has_value();
}

std::optional<std::string> DownloadRoots::admit(std::string_view path) const {
  auto normal = normal_form(path);
  const auto admits = [&](const std::string& root) { return is_below(*normal, root); };
  return normal && std::any_of(roots_.begin(), roots_.end(), admits) ? normal : std::nullopt;
}

}  // namespace tws::worker
