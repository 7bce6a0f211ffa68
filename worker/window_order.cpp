#include "worker/window_order.hpp"

#include <algorithm>
#include <limits>

namespace tws::worker {

namespace {

constexpr std::size_t kStatus = list_field("status");
constexpr std::size_t kIsFinished = list_field("isFinished");
constexpr std::size_t kIsStalled = list_field("isStalled");
constexpr std::size_t kMetadata = list_field("metadataPercentComplete");
constexpr std::size_t kRecheck = list_field("recheckProgress");
constexpr std::size_t kPercentDone = list_field("percentDone");
constexpr std::size_t kName = list_field("name");
constexpr std::size_t kEta = list_field("eta");
constexpr std::size_t kUploadRatio = list_field("uploadRatio");
constexpr std::size_t kLabels = list_field("labels");

// Transmission's numbers of the field `status`.
enum Status : json_int_t { kStopped, kCheckWait, kChecking, kDownloadWait, kDownloading, kSeedWait, kSeeding };
// Of eta and uploadRatio.
constexpr json_int_t kUnknown = -2;
constexpr double kInfinite = -2;

template <typename T>
int three_way(const T& left, const T& right) {
  return left < right ? -1 : static_cast<int>(right < left);
}

double number_of(const json_t* value) { return json_is_true(value) ? 1 : json_number_value(value); }

double number_of(const IndexedTorrent& torrent, std::size_t field) {
  return number_of((*torrent.torrent)[field].get());
}

bool is_true(const IndexedTorrent& torrent, std::size_t field) { return json_is_true((*torrent.torrent)[field].get()); }

// What it is doing, by the words of the GUI in their order (htdocs/gui/store/activity.ts).
int activity_rank(const IndexedTorrent& torrent) {
  enum : std::uint8_t {
    kRankDownloading,
    kRankFinished,
    kRankMetadata,
    kRankQueued,
    kRankQueuedToSeed,
    kRankQueuedToVerify,
    kRankSeeding,
    kRankStalled,
    kRankStopped,
    kRankUnknown,
    kRankVerifying,
  };
  switch (json_integer_value((*torrent.torrent)[kStatus].get())) {
    case kStopped:
      return is_true(torrent, kIsFinished) ? kRankFinished : kRankStopped;
    case kCheckWait:
      return kRankQueuedToVerify;
    case kChecking:
      return kRankVerifying;
    case kDownloadWait:
      return kRankQueued;
    case kDownloading:
      if (number_of(torrent, kMetadata) < 1) {
        return kRankMetadata;
      }
      return is_true(torrent, kIsStalled) ? kRankStalled : kRankDownloading;
    case kSeedWait:
      return kRankQueuedToSeed;
    case kSeeding:
      return kRankSeeding;
    default:
      return kRankUnknown;
  }
}

// Of what it is doing now: the check while it is verified, else the download.
double progress_of(const IndexedTorrent& torrent) {
  if (json_integer_value((*torrent.torrent)[kStatus].get()) == kChecking) {
    return number_of(torrent, kRecheck);
  }
  const double metadata = number_of(torrent, kMetadata);
  return metadata < 1 ? metadata : number_of(torrent, kPercentDone);
}

// Seconds; unknown comes behind any number, not available behind that.
double eta_of(const IndexedTorrent& torrent) {
  const json_int_t eta = json_integer_value((*torrent.torrent)[kEta].get());
  constexpr double kMost = std::numeric_limits<double>::max();
  return eta >= 0 ? static_cast<double>(eta) : eta == kUnknown ? kMost : std::numeric_limits<double>::infinity();
}

double ratio_of(const IndexedTorrent& torrent) {
  const double ratio = number_of(torrent, kUploadRatio);
  return ratio == kInfinite ? std::numeric_limits<double>::infinity() : ratio;
}

template <auto value_of>
int compare_by(const IndexedTorrent& left, const IndexedTorrent& right, std::size_t /*field*/) {
  return three_way(value_of(left), value_of(right));
}

int compare_names(const IndexedTorrent& left, const IndexedTorrent& right, std::size_t /*field*/) {
  return left.name_key.compare(right.name_key);
}

int compare_labels(const IndexedTorrent& left, const IndexedTorrent& right, std::size_t /*field*/) {
  return three_way(left.facets.values[kLabelsFacet], right.facets.values[kLabelsFacet]);
}

int compare_values(const IndexedTorrent& left, const IndexedTorrent& right, std::size_t field) {
  const json_t* a = (*left.torrent)[field].get();
  const json_t* b = (*right.torrent)[field].get();
  if (json_is_string(a) && json_is_string(b)) {
    return string_of(a).compare(string_of(b));
  }
  return three_way(number_of(a), number_of(b));
}

}  // namespace

void WindowOrder::add(std::string_view name, bool is_descending) {
  const auto field = find_list_field(name);
  Compare compare = compare_values;
  if (name == kActivityKey) {
    compare = compare_by<activity_rank>;
    fields_.set(kStatus).set(kIsFinished).set(kIsStalled).set(kMetadata);
  } else if (name == kProgressKey) {
    compare = compare_by<progress_of>;
    fields_.set(kStatus).set(kRecheck).set(kMetadata).set(kPercentDone);
  } else {
    compare = field == kName          ? compare_names
              : field == kEta         ? compare_by<eta_of>
              : field == kUploadRatio ? compare_by<ratio_of>
              : field == kLabels      ? compare_labels
                                      : compare_values;
    fields_.set(field.value_or(0));
  }
  keys_.push_back({.compare = compare, .field = field.value_or(0), .is_descending = is_descending});
}

bool WindowOrder::operator()(const IndexedTorrent& left, const IndexedTorrent& right) const {
  for (const Key& key : keys_) {
    if (const int order = key.compare(left, right, key.field); order != 0) {
      return key.is_descending ? order > 0 : order < 0;
    }
  }
  const int order = left.name_key.compare(right.name_key);
  return order != 0 ? order < 0 : left.hash < right.hash;
}

}  // namespace tws::worker
