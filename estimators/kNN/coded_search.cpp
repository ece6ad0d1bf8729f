#include "estimators/kNN/coded_search.hpp"

namespace cch::detail {
namespace {

// The queries that say whether codes pay: up to 16 over all rows.
std::vector<std::size_t> pilot_rows(std::size_t n) {
  const std::size_t count = std::clamp<std::size_t>(n / 64, 1, 16);
  std::vector<std::size_t> rows(count);
  for (std::size_t i = 0; i < count; ++i) rows[i] = i * n / count + n / count / 2;
  return rows;
}

// A computed distance takes as long as codes of some thirty rows.
bool few(std::size_t exact, std::size_t queries, std::size_t n) {
  return exact <= queries * (100 + n / 50);
}

template <class Answers>
void ask(Answers& answers, std::size_t marginals) {
  if (answers.nearest().empty()) return;
  for (std::size_t m = 0; m < marginals; ++m) {
    static_cast<void>(answers.count_less(m, answers.nearest().back().distance));
  }
}

}  // namespace

CodedTreeSearch::CodedTreeSearch(const SearchProblem& problem, const CodedKernels& kernels)
    : problem_(problem), kernels_(kernels), joint_(all_blocks(problem), CodedRows::Order::space) {
  const Groups& groups = *problem.groups;
  if (groups.grouped()) {
    for (const std::size_t row : joint_.order()) {
      group_at_.push_back(static_cast<std::uint32_t>(groups.of(row)));
    }
  }
  for (const auto& blocks : problem.marginals) {
    const Matrix columns = joined(problem, blocks);
    Marginal marginal;
    if (columns.cols() == 1) {
      marginal.sorted.emplace(std::span<const double>(columns.data(), columns.rows()));
    } else {
      marginal.rows.emplace(columns, CodedRows::Order::space);
    }
    marginal.place.reserve(problem.rows());
    for (const std::size_t row : joint_.order()) {
      const std::size_t place =
          marginal.sorted ? marginal.sorted->place_of(row) : marginal.rows->place_of(row);
      marginal.place.push_back(static_cast<std::uint32_t>(place));
    }
    marginals_.push_back(std::move(marginal));
  }
}

bool CodedTreeSearch::decides(std::size_t k) const {
  const std::vector<std::size_t> rows = pilot_rows(problem_.rows());
  Answers answers(*this, k);
  for (const std::size_t row : rows) {
    answers.find(row);
    ask(answers, marginals_.size());
  }
  return few(answers.exact(), rows.size(), problem_.rows());
}

// Queries that follow each other then share their panels, which keeps these in the cache.
std::vector<std::size_t> CodedTreeSearch::in_space_order(
    std::span<const std::size_t> queries) const {
  std::vector<char> wanted(problem_.rows(), 0);
  for (const std::size_t q : queries) wanted[q] = 1;
  std::vector<std::size_t> ordered;
  ordered.reserve(queries.size());
  for (const std::size_t row : joint_.order()) {
    if (wanted[row]) ordered.push_back(row);
  }
  return ordered;
}

CodedTreeSearch::Answers::Answers(const CodedTreeSearch& search, std::size_t k)
    : search_(search), k_(k), room_(k) {
  std::size_t dims = search.joint_.view().dims;
  for (const Marginal& m : search.marginals_) {
    if (m.rows) dims = std::max(dims, m.rows->view().dims);
  }
  spread_.resize(dims * kLanes);
}

void CodedTreeSearch::Answers::find(std::size_t row) {
  row_ = row;
  place_ = search_.joint_.place_of(row);
  const auto& group_at = search_.group_at_;
  const CodedQuery query{place_, k_, group_at.empty() ? nullptr : group_at.data(), spread_.data()};
  found_ = {room_.data(),
            search_.kernels_.nearest(search_.joint_.view(), query, room_.data(), &exact_)};
}

std::size_t CodedTreeSearch::Answers::count(std::size_t marginal, double r, bool strict) {
  const Marginal& m = search_.marginals_[marginal];
  std::size_t all = 0;
  if (m.sorted) {
    all = strict ? m.sorted->count_less(row_, r) : m.sorted->count_within(row_, r);
  } else {
    all = search_.kernels_.count(m.rows->view(), m.rows->place_of(row_), spread_.data(), r, strict,
                                 &exact_);
  }
  return all - own_group(search_.problem_, marginal, row_, r, strict);
}

CodedBruteSearch::CodedBruteSearch(const SearchProblem& problem, const CodedKernels& kernels)
    : problem_(problem), kernels_(kernels), rows_(all_blocks(problem), CodedRows::Order::rows) {}

bool CodedBruteSearch::decides(std::size_t k) const {
  const std::vector<std::size_t> rows = pilot_rows(problem_.rows());
  Workspace workspace(*this, k);
  workspace.fill(rows);
  for (std::size_t q = 0; q < rows.size(); ++q) {
    workspace.choose(q);
    ask(workspace, problem_.marginals.size());
  }
  return few(workspace.exact(), rows.size(), problem_.rows());
}

double CodedBruteSearch::joint_distance(std::size_t a, std::size_t b) const {
  double largest = 0.0;
  for (const MatrixView& block : problem_.blocks) {
    largest = std::max(largest, block_distance(block, a, b));
  }
  return largest;
}

CodedBruteSearch::Workspace::Workspace(const CodedBruteSearch& search, std::size_t k)
    : search_(search), k_(k) {
  const CodedView& view = search.rows_.view();
  const SearchProblem& problem = search.problem_;
  const std::size_t tiles = tiles_of(view);
  const std::size_t lists = kSets * kMostMarginals * kAbreast;
  nearby_.resize(kBlock);
  lists_.resize(kBlock);
  query_codes_.resize(kBlock * view.dims);
  near_codes_.resize(kBlock * problem.marginals.size() * tiles * kLanes);
  near_tiles_.resize(kBlock * problem.marginals.size() * tiles);
  near_.resize(lists);
  candidates_.resize(kAbreast * view.rows);
  candidate_codes_.resize(kAbreast * view.rows);
  undecided_.resize(view.rows);
  for (std::size_t m = 0, at = 0; m < problem.marginals.size(); ++m) {
    for (std::size_t slot = 0; slot < kBlock; ++slot, at += tiles) {
      near(m, slot) = {near_codes_.data() + at * kLanes, near_tiles_.data() + at, 0};
    }
  }
  CodedSweep sweep{};
  sweep.blocks = problem.blocks.size();
  for (std::size_t b = 0; b < sweep.blocks; ++b) sweep.block_dims[b] = problem.blocks[b].cols();
  sweep.marginals = problem.marginals.size();
  for (std::size_t m = 0; m < sweep.marginals; ++m) {
    for (const std::size_t b : problem.marginals[m]) sweep.block_mask[m] |= 1U << b;
  }
  for (std::size_t q = 0; q < kAbreast; ++q) {
    sweep.candidates[q] = candidates_.data() + q * view.rows;
    sweep.candidate_codes[q] = candidate_codes_.data() + q * view.rows;
  }
  sweeps_.assign(kSets, sweep);
  for (std::size_t set = 0; set < kSets; ++set) {
    sweeps_[set].queries = query_codes_.data() + set * kAbreast * view.dims;
    sweeps_[set].near = near_.data() + set * kMostMarginals * kAbreast;
  }
}

void CodedBruteSearch::Workspace::begin_set(std::size_t set) {
  const CodedView& view = search_.rows_.view();
  Code* codes = query_codes_.data() + set * kAbreast * view.dims;
  for (std::size_t q = 0; q < kAbreast; ++q) {
    const std::size_t slot = set * kAbreast + q;
    const bool there = slot < queries_.size();
    sweeps_[set].limit[q] = there ? 32767 : -1;
    for (std::size_t m = 0; m < sweeps_[set].marginals; ++m) near(m, slot).count = 0;
    if (!there) continue;
    lists_[slot].reset(k_);
    nearby_[slot].least.clear();
    nearby_[slot].rows.clear();
    const std::size_t row = queries_[slot];
    const Code* column = view.codes + row / kLanes * view.dims * kLanes + row % kLanes;
    for (std::size_t d = 0; d < view.dims; ++d) codes[d * kAbreast + q] = column[d * kLanes];
  }
}

// The k-th least distance in codes, c, limits the k-th computed one to c + 1 steps and a little,
// and rows that near to c + 2 in codes.
void CodedBruteSearch::Workspace::take_candidates(std::size_t set) {
  CodedSweep& sweep = sweeps_[set];
  const Groups& groups = *search_.problem_.groups;
  for (std::size_t q = 0; q < kAbreast && set * kAbreast + q < queries_.size(); ++q) {
    Nearby& nearby = nearby_[set * kAbreast + q];
    const std::size_t group = groups.of(queries_[set * kAbreast + q]);
    int& limit = sweep.limit[q];
    for (std::size_t c = 0; c < sweep.candidate_count[q]; ++c) {
      const std::uint32_t row = sweep.candidates[q][c];
      const Code code = sweep.candidate_codes[q][c];
      if (code > limit || groups.of(row) == group) continue;
      nearby.rows.push_back({row, code});
      auto& least = nearby.least;
      if (least.size() == k_ && code >= least.back()) continue;
      least.insert(std::upper_bound(least.begin(), least.end(), code), code);
      if (least.size() > k_) least.pop_back();
      if (least.size() == k_) limit = std::min(limit, least.back() + 2);
    }
    sweep.candidate_count[q] = 0;
  }
}

void CodedBruteSearch::Workspace::choose_nearest(std::size_t slot) {
  const int limit = sweeps_[slot / kAbreast].limit[slot % kAbreast];
  for (const Nearby::Row& row : nearby_[slot].rows) {
    if (row.code > limit) continue;
    ++exact_;
    lists_[slot].offer(search_.joint_distance(queries_[slot], row.row), row.row);
  }
}

// Panels are as long as all rows before them until they fill the cache: then few rows are
// candidates before limits are near their end.
void CodedBruteSearch::Workspace::fill(std::span<const std::size_t> queries) {
  queries_.assign(queries.begin(), queries.end());
  const CodedView& view = search_.rows_.view();
  constexpr std::size_t kPanelBytes = 256 * 1024;  // half of a usual second-level cache
  const std::size_t longest =
      std::max<std::size_t>(1, kPanelBytes / (view.dims * kLanes * sizeof(Code)));
  const std::size_t sets = (queries.size() + kAbreast - 1) / kAbreast;
  for (std::size_t set = 0; set < sets; ++set) begin_set(set);
  const std::size_t tiles = tiles_of(view);
  for (std::size_t first = 0; first < tiles;) {
    const std::size_t length = std::min(longest, std::max<std::size_t>(1, first));
    const std::size_t last = std::min(tiles, first + length);
    for (std::size_t set = 0; set < sets; ++set) {
      sweeps_[set].first_tile = first;
      sweeps_[set].last_tile = last;
      search_.kernels_.sweep(view, sweeps_[set]);
      take_candidates(set);
    }
    first = last;
  }
  for (std::size_t slot = 0; slot < queries_.size(); ++slot) choose_nearest(slot);
}

std::size_t CodedBruteSearch::Workspace::count(std::size_t marginal, double r, bool strict) {
  const CodedView& view = search_.rows_.view();
  const std::size_t query = queries_[slot_];
  std::size_t open = 0;
  std::size_t all =
      search_.kernels_.count_near(view, near(marginal, slot_), inside_code(r, view.per_step),
                                  perhaps_code(r, view.per_step), undecided_.data(), &open);
  for (std::size_t i = 0; i < open; ++i) {
    const double d = marginal_distance(search_.problem_, marginal, query, undecided_[i]);
    all += (strict ? d < r : d <= r) ? 1 : 0;
  }
  exact_ += open;
  return all - own_group(search_.problem_, marginal, query, r, strict);
}

}  // namespace cch::detail
