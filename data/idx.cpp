#include "cch/data/idx.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "cch/core/error.hpp"
#include "cch/data/array.hpp"

namespace cch {

namespace {

// Reads a plain or gzip-compressed byte stream front to back.
class Stream {
 public:
  Stream(const Bytes& bytes, const std::string& where) : in_(bytes.view), where_(where) {
    compressed_ = in_.size() >= 2 && in_[0] == std::byte{0x1f} && in_[1] == std::byte{0x8b};
    if (!compressed_) return;
    constexpr int kGzip = 15 + 16;
    if (inflateInit2(&state_, kGzip) != Z_OK) fail("zlib could not start");
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    if (compressed_) inflateEnd(&state_);
  }

  // Fills `out` as far as the stream goes; returns how far.
  std::size_t read(std::span<std::uint8_t> out) { return compressed_ ? expand(out) : copy(out); }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    refuse_data("bad-gzip", "the compressed file is damaged: " + problem, where_,
                "values would be wrong", "Copy the file again");
  }

  std::size_t copy(std::span<std::uint8_t> out) {
    const std::size_t count = std::min(out.size(), in_.size() - at_);
    for (std::size_t i = 0; i < count; ++i) out[i] = std::to_integer<std::uint8_t>(in_[at_ + i]);
    at_ += count;
    return count;
  }

  void feed() {
    if (state_.avail_in > 0) return;
    constexpr std::size_t kMost = std::size_t{1} << 30;
    const std::size_t count = std::min(kMost, in_.size() - at_);
    // zlib does not write to its input, but its interface is not const.
    state_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in_.data() + at_));
    state_.avail_in = static_cast<uInt>(count);
    at_ += count;
  }

  std::size_t expand(std::span<std::uint8_t> out) {
    std::size_t done = 0;
    while (done < out.size() && !ended_) {
      feed();
      const std::size_t wanted = std::min<std::size_t>(out.size() - done, std::size_t{1} << 30);
      state_.next_out = out.data() + done;
      state_.avail_out = static_cast<uInt>(wanted);
      const bool starved = state_.avail_in == 0;
      const int status = inflate(&state_, Z_NO_FLUSH);
      done += wanted - state_.avail_out;
      if (status == Z_STREAM_END) {
        feed();
        ended_ = state_.avail_in == 0;
        if (!ended_ && inflateReset(&state_) != Z_OK) fail("zlib could not restart");
      } else if (status == Z_BUF_ERROR && starved) {
        fail("it ends early");
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        fail(state_.msg ? state_.msg : "not a gzip stream");
      }
    }
    return done;
  }

  std::span<const std::byte> in_;
  const std::string& where_;
  bool compressed_ = false;
  bool ended_ = false;
  std::size_t at_ = 0;
  z_stream state_{};
};

void read_exactly(Stream& stream, std::span<std::uint8_t> out, const std::string& where) {
  const std::size_t got = stream.read(out);
  if (got == out.size()) return;
  refuse_data("truncated",
              "the file ends early: " + std::to_string(out.size()) + " bytes expected, " +
                  std::to_string(got) + " there",
              where, "values are missing", "Copy the file again");
}

std::vector<std::size_t> read_shape(Stream& stream, const std::string& where) {
  std::uint8_t magic[4];
  read_exactly(stream, magic, where);
  if (magic[0] != 0 || magic[1] != 0 || (magic[3] != 1 && magic[3] != 3)) {
    refuse_data("bad-magic", "this is not an IDX file with one or three dimensions", where,
                "its content cannot be interpreted", "Use files in the format of MNIST");
  }
  if (magic[2] != 8) {
    refuse_data("unsupported-dtype",
                "IDX element type " + std::to_string(magic[2]) + " is not read", where,
                "only unsigned bytes are", "Use files in the format of MNIST");
  }
  std::vector<std::size_t> shape(magic[3]);
  for (std::size_t& extent : shape) {
    std::uint8_t raw[4];
    read_exactly(stream, raw, where);
    for (const std::uint8_t byte : raw) extent = (extent << 8) | byte;
  }
  return shape;
}

}  // namespace

IdxArray parse_idx(const Bytes& bytes, const std::string& where, std::size_t max_rows) {
  Stream stream(bytes, where);
  IdxArray array{read_shape(stream, where), {}};
  const auto count = element_count(array.shape);
  // Deflate expands at most 1032-fold; no honest header asks for more.
  if (!count || *count / 1040 > bytes.size()) {
    refuse_data("shape-overflow",
                "shape " + shape_text(array.shape) + " is too large for this file", where,
                "the header is wrong", "Copy the file again");
  }
  const bool partial = max_rows > 0 && max_rows < array.shape[0];
  const std::size_t row = array.shape[0] == 0 ? 0 : *count / array.shape[0];
  array.values.resize(partial ? max_rows * row : *count);
  read_exactly(stream, array.values, where);
  if (partial) return array;
  std::uint8_t beyond = 0;
  if (stream.read({&beyond, 1}) > 0) {
    refuse_data("size-mismatch", "bytes follow the array of shape " + shape_text(array.shape),
                where, "the header is wrong", "Copy the file again");
  }
  return array;
}

}  // namespace cch
