#include "worker/torrent_facets.hpp"

#include <algorithm>
#include <string_view>

#include "worker/text_order.hpp"
#include "worker/torrent_status.hpp"

namespace tws::worker {

namespace {

constexpr std::size_t kStatus = list_field("status");
constexpr std::size_t kError = list_field("error");
constexpr std::size_t kRateDownload = list_field("rateDownload");
constexpr std::size_t kRateUpload = list_field("rateUpload");
constexpr std::size_t kLabels = list_field("labels");
constexpr std::size_t kTrackers = list_field("trackers");
constexpr std::size_t kDownloadDir = list_field("downloadDir");
constexpr std::size_t kName = list_field("name");

// The facet's value; null for a status that Transmission does not have.
const char* value_of(TorrentStatus status) {
  switch (status) {
    case TorrentStatus::kStopped:
      return "stopped";
    case TorrentStatus::kCheckWait:
    case TorrentStatus::kChecking:
      return "verifying";
    case TorrentStatus::kDownloadWait:
    case TorrentStatus::kSeedWait:
      return "queued";
    case TorrentStatus::kDownloading:
      return "downloading";
    case TorrentStatus::kSeeding:
      return "seeding";
    default:
      return nullptr;
  }
}

TorrentFacets::Values statuses_of(const Torrent& torrent) {
  TorrentFacets::Values values = {"all"};
  if (const char* status = value_of(status_of(torrent))) {
    values.emplace_back(status);
  }
  if (json_number_value(torrent[kRateDownload].get()) > 0 || json_number_value(torrent[kRateUpload].get()) > 0) {
    values.emplace_back("active");
  }
  if (json_integer_value(torrent[kError].get()) != 0) {
    values.emplace_back("problem");
  }
  return values;
}

// In lower case; empty if `url` has none.
std::string host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) {
    return {};
  }
  std::string_view host = url.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  host.remove_prefix(std::min(host.rfind('@') + 1, host.size()));  // npos + 1 is 0
  const std::size_t end = host.starts_with('[') ? host.find(']') + 1 : host.find(':');
  return fold_case(host.substr(0, end));
}

// Each once; "" if there is none.
template <typename ValueOf>
TorrentFacets::Values values_of(const json_t* list, ValueOf value_of) {
  TorrentFacets::Values values;
  std::size_t index = 0;
  const json_t* item = nullptr;
  json_array_foreach(list, index, item) { values.push_back(value_of(item)); }
  if (values.empty()) {
    values.emplace_back();
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

}  // namespace

bool touches_facets(const FieldSet& fields) {
  constexpr std::array kFields = {kStatus,   kError,       kRateDownload, kRateUpload, kLabels,
                                  kTrackers, kDownloadDir, kOwnerField,   kName};
  return std::any_of(kFields.begin(), kFields.end(), [&fields](std::size_t field) { return fields[field]; });
}

TorrentFacets facets_of(const Torrent& torrent, const FieldSet& changed, const TorrentFacets& before) {
  TorrentFacets facets = before;
  facets.values[kStatusFacet] = statuses_of(torrent);
  if (changed[kLabels]) {
    facets.values[kLabelsFacet] =
        values_of(torrent[kLabels].get(), [](const json_t* label) { return std::string(string_of(label)); });
  }
  if (changed[kTrackers]) {
    facets.values[kTrackersFacet] = values_of(torrent[kTrackers].get(), [](const json_t* tracker) {
      return host_of(string_member(tracker, "announce").value_or(""));
    });
  }
  if (changed[kDownloadDir]) {
    facets.values[kFoldersFacet] = {std::string(string_of(torrent[kDownloadDir].get()))};
  }
  if (changed[kOwnerField]) {
    facets.values[kOwnersFacet] = {std::string(string_of(torrent[kOwnerField].get()))};
  }
  if (changed[kName]) {
    facets.name = fold_case(string_of(torrent[kName].get()));
  }
  return facets;
}

}  // namespace tws::worker
