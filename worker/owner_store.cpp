#include "worker/owner_store.hpp"

#include <algorithm>
#include <utility>

#include "worker/log_codes.hpp"
#include "worker/text_checks.hpp"

namespace tws::worker {

namespace {

constexpr const char* kRead = "SELECT hash, user_id FROM torrent_ws_owner WHERE daemon = ?1";
constexpr const char* kGive = "INSERT OR REPLACE INTO torrent_ws_owner (daemon, hash, user_id) VALUES (?1, ?2, ?3)";
constexpr const char* kForget =
    "DELETE FROM torrent_ws_owner WHERE daemon = ?1 AND hash = ?2 AND (?3 IS NULL OR user_id = ?3)";

constexpr Milliseconds kRetryAfter{250};
// What fails for longer than this, people are told.
constexpr std::chrono::seconds kLogAfter{5};
// In one turn.
constexpr std::size_t kMaxWritten = 2000;
// As much as a filter of a window takes.
constexpr std::size_t kMaxUser = 1000;

// The site's own programs may write anything there: this is what can be told of it.
bool is_user_id(std::string_view text) {
  return text.size() <= kMaxUser && !has_control_characters(text) && Json(json_stringn(text.data(), text.size()));
}

void put(Owners& owners, const std::string& hash, std::string user) {
  if (user.empty()) {
    owners.erase(hash);
  } else {
    owners.insert_or_assign(hash, std::move(user));
  }
}

}  // namespace

OwnerStore::OwnerStore(const DaemonConfig& config, JobSocket& log) : daemon_(config.name), log_(log) {
  if (!config.database.empty()) {
    database_.emplace(config.database, Milliseconds(0));
  }
}

OwnerStore::~OwnerStore() {
  while (!unwritten_.empty() && write_some()) {
  }
}

bool OwnerStore::read(Clock::time_point now) {
  if (!database_) {
    return true;
  }
  auto owners = read_all();
  if (!owners) {
    failed(owners.error(), now);
    return false;
  }
  for (const auto& [hash, change] : unwritten_) {
    put(*owners, hash, change.user);
  }
  owners_ = std::move(*owners);
  if (unwritten_.empty()) {
    recovered();
  }
  return true;
}

Result<Owners> OwnerStore::read_all() {
  if (const auto opened = database_->open(); !opened) {
    return opened.error();
  }
  const Statement statement = database_->prepare(kRead);
  if (!statement) {
    return database_->failure("cannot be read");
  }
  bind_text(statement, 1, daemon_);
  Owners owners;
  int step = SQLITE_DONE;
  while ((step = sqlite3_step(statement.get())) == SQLITE_ROW) {
    const std::string hash = column_text(statement, 0);
    std::string user = column_text(statement, 1);
    if (info_hash(hash) == hash && is_user_id(user)) {
      put(owners, hash, std::move(user));
    }
  }
  return step == SQLITE_DONE ? Result<Owners>(std::move(owners)) : database_->failure("cannot be read");
}

void OwnerStore::set(const std::string& hash, std::string_view user) {
  if (database_) {
    change(hash, {.user = std::string(is_user_id(user) ? user : ""), .former = {}});
  }
}

void OwnerStore::forget(const std::string& hash) {
  if (const auto owner = owners_.find(hash); owner != owners_.end()) {
    // What is not written yet is not what the row says.
    change(hash, {.user = "", .former = unwritten_.contains(hash) ? std::nullopt : std::optional(owner->second)});
  }
}

void OwnerStore::forget_others(const TorrentList::Torrents& torrents) {
  HashSet missing;
  for (const auto& [hash, user] : owners_) {
    if (!torrents.contains(hash)) {
      missing.insert(missing.end(), hash);
    }
  }
  for (const std::string& hash : std::exchange(missing_, missing)) {
    if (missing.contains(hash)) {
      forget(hash);
      missing_.erase(hash);
    }
  }
}

void OwnerStore::change(const std::string& hash, Change change) {
  put(owners_, hash, change.user);
  if (unwritten_.size() < kMaxUnwritten || unwritten_.contains(hash)) {
    unwritten_.insert_or_assign(hash, std::move(change));
  }
}

void OwnerStore::tick(Timers& timers) {
  if (unwritten_.empty() || !timers.due(write_at_)) {
    return;
  }
  if (const auto written = write_some(); !written) {
    failed(written.error(), timers.now());
    write_at_ = timers.now() + kRetryAfter;
    timers.due(write_at_);
    return;
  }
  recovered();
  if (!unwritten_.empty()) {
    timers.again();
  }
}

Status OwnerStore::write_some() {
  if (auto opened = database_->open(); !opened) {
    return opened;
  }
  Transaction transaction(*database_);
  if (!transaction.began()) {
    return database_->failure("cannot be written");
  }
  const Statement give = database_->prepare(kGive);
  const Statement forget = database_->prepare(kForget);
  bool is_written = give && forget;
  auto end = unwritten_.cbegin();
  for (std::size_t count = 0; is_written && count < kMaxWritten && end != unwritten_.cend(); ++count, ++end) {
    const auto& [hash, change] = *end;
    const Statement& statement = change.user.empty() ? forget : give;
    sqlite3_reset(statement.get());
    sqlite3_clear_bindings(statement.get());
    bind_text(statement, 1, daemon_);
    bind_text(statement, 2, hash);
    if (!change.user.empty() || change.former) {
      bind_text(statement, 3, change.former ? *change.former : change.user);
    }
    is_written = sqlite3_step(statement.get()) == SQLITE_DONE;
  }
  if (!is_written || !transaction.commit()) {
    return database_->failure("cannot be written");
  }
  unwritten_.erase(unwritten_.cbegin(), end);
  return Done{};
}

void OwnerStore::failed(const Error& error, Clock::time_point now) {
  database_->close();
  failing_since_ = failing_since_.value_or(now);
  if (now - *failing_since_ >= kLogAfter && !std::exchange(failure_logged_, true)) {
    log_.log("error", log_code::kOwners, error.message);
  }
}

void OwnerStore::recovered() {
  failing_since_.reset();
  failure_logged_ = false;
}

}  // namespace tws::worker
