#include "cch/data/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>

#include "cch/core/error.hpp"

namespace cch {

std::string sha256(std::span<const std::byte> bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) {
    throw Error(ErrorKind::run,
                Fault{"sha256-failed", "OpenSSL could not compute a SHA-256", {}, {}, {}});
  }
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 15];
  }
  return hex;
}

}  // namespace cch
