#include "cch/data/sha256.hpp"

// The functions of one digest alone: those for any digest (EVP) bring half of OpenSSL into a
// program that is linked statically.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <array>

#include "cch/core/error.hpp"

namespace cch {

std::string sha256(std::span<const std::byte> bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256_CTX state;
  if (SHA256_Init(&state) != 1 || SHA256_Update(&state, bytes.data(), bytes.size()) != 1 ||
      SHA256_Final(digest.data(), &state) != 1) {
    throw Error(ErrorKind::run,
                Fault{"sha256-failed", "OpenSSL could not compute a SHA-256", {}, {}, {}});
  }
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

}  // namespace cch
