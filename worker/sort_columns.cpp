#include "worker/sort_columns.hpp"

#include <cstdint>
#include <limits>

namespace tws::worker {

namespace {

constexpr std::size_t kStatus = list_field("status");
constexpr std::size_t kIsFinished = list_field("isFinished");
constexpr std::size_t kIsStalled = list_field("isStalled");
constexpr std::size_t kMetadata = list_field("metadataPercentComplete");
constexpr std::size_t kRecheck = list_field("recheckProgress");
constexpr std::size_t kPercentDone = list_field("percentDone");
constexpr std::size_t kEta = list_field("eta");
constexpr std::size_t kUploadRatio = list_field("uploadRatio");

// Transmission's numbers of the field `status`.
enum Status : json_int_t { kStopped, kCheckWait, kChecking, kDownloadWait, kDownloading, kSeedWait, kSeeding };
// Of eta and uploadRatio.
constexpr json_int_t kUnknown = -2;
constexpr double kInfinite = -2;

double number_of(const json_t* value) { return json_is_true(value) ? 1 : json_number_value(value); }

double number_of(const Torrent& torrent, std::size_t field) { return number_of(torrent[field].get()); }

bool is_true(const Torrent& torrent, std::size_t field) { return json_is_true(torrent[field].get()); }

// What it is doing, by the words of the GUI in their order (htdocs/gui/store/activity.ts).
int activity_rank(const Torrent& torrent) {
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
  switch (json_integer_value(torrent[kStatus].get())) {
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
double progress_of(const Torrent& torrent) {
  if (json_integer_value(torrent[kStatus].get()) == kChecking) {
    return number_of(torrent, kRecheck);
  }
  const double metadata = number_of(torrent, kMetadata);
  return metadata < 1 ? metadata : number_of(torrent, kPercentDone);
}

// Seconds; unknown comes behind any number, not available behind that.
double eta_of(const Torrent& torrent) {
  const json_int_t eta = json_integer_value(torrent[kEta].get());
  constexpr double kMost = std::numeric_limits<double>::max();
  return eta >= 0 ? static_cast<double>(eta) : eta == kUnknown ? kMost : std::numeric_limits<double>::infinity();
}

double ratio_of(const Torrent& torrent) {
  const double ratio = number_of(torrent, kUploadRatio);
  return ratio == kInfinite ? std::numeric_limits<double>::infinity() : ratio;
}

}  // namespace

FieldSet fields_of_column(std::size_t column) {
  if (column == kActivityColumn) {
    return FieldSet().set(kStatus).set(kIsFinished).set(kIsStalled).set(kMetadata);
  }
  if (column == kProgressColumn) {
    return FieldSet().set(kStatus).set(kRecheck).set(kMetadata).set(kPercentDone);
  }
  return FieldSet().set(column);
}

double sort_number(const Torrent& torrent, std::size_t column) {
  switch (column) {
    case kActivityColumn:
      return activity_rank(torrent);
    case kProgressColumn:
      return progress_of(torrent);
    case kEta:
      return eta_of(torrent);
    case kUploadRatio:
      return ratio_of(torrent);
    default:
      return number_of(torrent, column);
  }
}

}  // namespace tws::worker
