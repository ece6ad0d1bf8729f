#include "tools/cch/train/status.hpp"

#include <algorithm>
#include <filesystem>

#include "tools/cch/rank/folder.hpp"
#include "tools/cch/train/plan.hpp"
#include "tools/documents/json.hpp"
#include "tools/documents/recorded.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using documents::StudyStatus;

/// What the folders of runs say, one after the other: none is kept.
class Scan {
 public:
  Scan(const std::string& folder, StatusLook& into)
      : store_(folder), look_(into), out_(into.status) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(fs::path(folder) / "runs", none)) {
      look(entry.path().filename().string());
    }
  }
  StatusLook::Times finished;

 private:
  void look(const std::string& key) {
    const std::string record = store_.path(key, "result.json");
    std::error_code none;
    const auto time = fs::last_write_time(record, none);
    if (none) return look_at_claim(key);
    std::vector<Warning> damage;
    const RunState state = run_state(store_, key, damage);
    if (state.stored == Stored::no) {
      ++out_.damaged;
      return look_at_claim(key);
    }
    finished.push_back(time);
    if (state.stored == Stored::done) {
      ++out_.done;
      return;
    }
    ++out_.failed;
    out_.failures.push_back({key, state.failure});
    look_at_claim(key);  // it may be tried again
  }

  void look_at_claim(const std::string& key) { look_.add_in_hand(store_.path(key, "claim"), key); }

  RunStore store_;
  StatusLook& look_;
  StudyStatus& out_;
};

}  // namespace

StudyStatus study_status(const std::string& folder) {
  StatusLook look(folder, "cch train -o");
  StudyStatus& out = look.status;
  const auto stored =
      read_document((fs::path(folder) / "study.json").string(), "cch.study/1", "cch train -o");
  out.title = documents::read_study(stored).title;
  out.planned = documents::read_study_head(stored).planned_runs;
  const Scan scan(folder, look);
  std::sort(out.failures.begin(), out.failures.end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
  look.count_open();
  look.time_left(scan.finished);
  return out;
}

}  // namespace cch
