#include "tools/cch/rank/many.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>

#include "cch/data/written_files.hpp"
#include "cch/experiments/store.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/inputs/rows.hpp"
#include "tools/cch/rank/document.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;

constexpr const char* kClaims = "claims";
constexpr const char* kRefused = "refused";  // a file for each, with the reason

std::string in(const std::string& folder, const std::string& sub, const std::string& name) {
  return (fs::path(folder) / sub / name).string();
}

/// One of the rankings.
struct Job {
  std::string name;
  RankSettings settings;  ///< with its study's path and its folder, its study unread
};

void check_many(const ManyRankings& asked) {
  const RankSettings& s = asked.settings;
  if (s.out.empty()) {
    refuse_usage("no-folder", "several rankings need a folder", "each has its own in it",
                 "Give one with -o DIR");
  }
  if (!s.html.empty() || s.common.json || s.dry_run) {
    refuse_usage(
        "bad-arguments", "several rankings have no document, page or plan in common", {},
        "Leave --json, --html and --dry-run out: each ranking has its files in its folder");
  }
}

std::vector<Job> jobs_of(const ManyRankings& asked) {
  std::vector<Job> out;
  std::map<std::string, std::string> seen;
  for (const std::string& study : asked.studies) {
    const std::string name = fs::path(study).stem().string();
    const auto [there, first] = seen.emplace(name, study);
    if (!first) {
      refuse_usage("same-name", "two studies have the name '" + name + "'",
                   there->second + " and " + study + " would have one folder",
                   "Rename one of them, or rank them into different folders");
    }
    if (name == kClaims || name == kRefused) {
      refuse_usage("same-name", "a study has the name '" + name + "'",
                   "the folder keeps " + name + " of all rankings under it",
                   "Rename the study's file");
    }
    Job& job = out.emplace_back(Job{name, asked.settings});
    job.settings.study = study;
    job.settings.out = (fs::path(asked.settings.out) / name).string();
  }
  return out;
}

bool same_files(const std::vector<documents::InputRecord>& a,
                const std::vector<documents::InputRecord>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) {
    return one.role == other.role && one.name == other.name && one.sha256 == other.sha256 &&
           one.shape == other.shape;
  });
}

/// Whether the folder of a job has its ranking, of the same settings, files and version.
bool is_made(const Job& job, const std::vector<std::string>& given) {
  if (!path_exists((fs::path(job.settings.out) / "rank.json").string())) return false;
  try {
    RankSettings s = job.settings;
    FaultCollector refused;
    read_rank_study(s.study, given, rank_table(s), refused);
    if (s.estimators.empty()) s.estimators = {"auto"};
    check_rank_settings(s, refused);
    const RankInputs inputs = load_rank_inputs(s);
    const documents::RankDocument stored = read_rank_folder(job.settings.out);
    return stored.version == version() && stored.seed == s.common.seed &&
           stored.config == beside_ranking(s, inputs, {}, {}, 0.0).config &&
           same_files(stored.inputs, inputs.record);
  } catch (const Error&) {
    return false;  // ranking it says why
  }
}

class Many {
 public:
  Many(const ManyRankings& asked, Invocation& invocation)
      : asked_(asked), invocation_(invocation), jobs_(jobs_of(asked)) {}

  int run() {
    const ShareOptions& share = asked_.settings.share;
    make_folder(asked_.settings.out);
    const Claim claim = claim_study(asked_.settings.out, share.shard, job_name());
    plan();
    StopAfter stop(share.stop_after, invocation_.stop);
    CellWork work;
    work.run = [&](std::size_t i, const Execution&) {
      const bool fine = rank(jobs_[i], stop.token());
      stop.finished();
      return fine;
    };
    if (share.shared()) {
      work.claim = [&](std::size_t i) {
        make_folder((fs::path(asked_.settings.out) / kClaims).string());
        return Claim::take(in(asked_.settings.out, kClaims, jobs_[i].name));
      };
      work.find = [&](std::size_t i) {
        return is_made(jobs_[i], asked_.given) ? Stored::done : Stored::no;
      };
    }
    Execution exec;
    exec.threads = 1;  // one ranking at a time, with all threads
    exec.stop = stop.token();
    RunCounts counts;
    const bool ended = stop.ended(
        [&] { counts = run_cells(cells(), work, run_options(share, jobs_.size(), {}), exec); });
    if (ended) {
      print_stopped(share, invocation_.terminal.err);
      return kExitTerminated;
    }
    invocation_.terminal.out << fmt::format(
        "{} rankings made ({} cached), {} refused or failed, {} left to others\n",
        counts.run + counts.cached - counts.failed, counts.cached, counts.failed, counts.elsewhere);
    if (counts.failed > 0) return kExitSomeFailed;
    return matched_ ? kExitFailOn : kExitDone;
  }

 private:
  /// For whoever looks how far it is.
  void plan() const {
    documents::Planned out{"rankings", {}, jobs_.size(), 0,
                           0,          {}, version(),    invocation_.command_line};
    for (const Job& job : jobs_) out.names.push_back(job.name);
    write_planned(asked_.settings.out, out);
  }

  [[nodiscard]] std::vector<RunCell> cells() const {
    const ShareOptions& share = asked_.settings.share;
    const Shard shard = parse_shard(share.shard);
    std::vector<RunCell> out(jobs_.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i].elsewhere = !shard.takes(i);
      if (!share.shared()) out[i].stored = is_made(jobs_[i], asked_.given);
    }
    return out;
  }

  bool rank(const Job& job, const std::stop_token& stop) {
    Terminal& terminal = invocation_.terminal;
    std::ostringstream out;
    std::ostringstream err;
    Terminal own{out, err};
    Invocation inner{own, stop, invocation_.command_line};
    RankSettings settings = job.settings;
    settings.common.quiet = true;
    try {
      const int code = asked_.rank(settings, inner);
      matched_ = matched_ || code == kExitFailOn;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled || error.kind() == ErrorKind::run) throw;
      std::string reasons;
      for (const Fault& fault : error.faults()) {
        const std::string reason = fmt::format("{} [{}]{}", fault.problem, fault.code,
                                               fault.where.empty() ? "" : " (" + fault.where + ")");
        terminal.err << fmt::format("failed: {}: {}\n", job.name, reason);
        reasons += reason + "\n";
      }
      make_folder((fs::path(asked_.settings.out) / kRefused).string());
      write_files({{in(asked_.settings.out, kRefused, job.name), reasons}});
      return false;
    }
    std::error_code none;
    fs::remove(in(asked_.settings.out, kRefused, job.name), none);
    terminal.out << job.name << ": " << report::verdict_sentence(read_rank_folder(settings.out))
                 << '\n'
                 << std::flush;
    return true;
  }

  const ManyRankings& asked_;
  Invocation& invocation_;
  std::vector<Job> jobs_;
  bool matched_ = false;
};

}  // namespace

int rank_many(const ManyRankings& asked, Invocation& invocation) {
  check_many(asked);
  return Many(asked, invocation).run();
}

documents::StudyStatus rankings_status(const std::string& folder) {
  const std::string writer = "cch rank STUDIES -o";
  StatusLook look(folder, writer);
  documents::StudyStatus& out = look.status;
  const FoundPlanned found = read_planned(folder, "rankings", writer);
  out.of = found.planned.of;
  out.planned = found.planned.planned;
  StatusLook::Times finished;
  for (const std::string& name : found.planned.names) {
    std::error_code none;
    std::ifstream refused(in(folder, kRefused, name));
    const auto time = fs::last_write_time(in(folder, name, "rank.json"), none);
    std::string reason;
    if (std::getline(refused, reason)) {
      ++out.failed;
      out.failures.push_back({name, reason});
    } else if (!none) {
      ++out.done;
      finished.push_back(time);
    }
    look.add_in_hand(in(folder, kClaims, name), name);
  }
  look.count_open();
  look.time_left(std::move(finished));
  return out;
}

}  // namespace cch
