// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/bench/machine/sha256.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstdint>

namespace gpupass::bench {
namespace {

using Word = std::uint32_t;
constexpr std::size_t k_block = 64;  // bytes
constexpr std::size_t k_rounds = 64;

constexpr std::array<Word, k_rounds> first_primes() {
  std::array<Word, k_rounds> primes{};
  std::size_t found = 0;
  for (Word candidate = 2; found < primes.size(); ++candidate) {
    bool prime = true;
    for (std::size_t i = 0; i < found; ++i) prime = prime && candidate % primes[i] != 0;
    if (prime) primes[found++] = candidate;
  }
  return primes;
}

/// The first 32 bits behind the point of the Nth root of a prime: the largest x for which
/// x^Degree ≤ prime × 2^(32 × Degree), less its whole part.
template <int Degree>
constexpr Word root_bits(Word prime) {
  __extension__ using Wide = unsigned __int128;
  // The largest of the first 64 primes is 311, its square root below 2^5: 37 bits, whose cube fits.
  std::uint64_t root = 0;
  for (int bit = 36; bit >= 0; --bit) {
    const Wide candidate = root | (std::uint64_t{1} << bit);
    Wide power = candidate;
    for (int i = 1; i < Degree; ++i) power *= candidate;
    if (power <= Wide{prime} << (32 * Degree)) root = static_cast<std::uint64_t>(candidate);
  }
  return static_cast<Word>(root);
}

constexpr auto k_constants = [] {
  auto constants = first_primes();
  for (auto& constant : constants) constant = root_bits<3>(constant);
  return constants;
}();

constexpr auto k_start = [] {
  std::array<Word, 8> start{};
  for (std::size_t i = 0; i < start.size(); ++i) start[i] = root_bits<2>(first_primes()[i]);
  return start;
}();

Word big_endian(const char* bytes) {
  Word word = 0;
  for (int i = 0; i < 4; ++i) word = word << 8U | static_cast<unsigned char>(bytes[i]);
  return word;
}

std::array<Word, k_rounds> schedule(const char* block) {
  std::array<Word, k_rounds> words{};
  for (std::size_t i = 0; i < 16; ++i) words[i] = big_endian(block + 4 * i);
  for (std::size_t i = 16; i < k_rounds; ++i) {
    const Word near = words[i - 2], far = words[i - 15];
    words[i] = words[i - 16] + (std::rotr(far, 7) ^ std::rotr(far, 18) ^ far >> 3U) + words[i - 7] +
               (std::rotr(near, 17) ^ std::rotr(near, 19) ^ near >> 10U);
  }
  return words;
}

void add_block(std::array<Word, 8>& hash, const char* block) {
  const auto words = schedule(block);
  auto [a, b, c, d, e, f, g, h] = hash;
  for (std::size_t i = 0; i < k_rounds; ++i) {
    const Word one = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + ((e & f) ^ (~e & g)) +
                     k_constants[i] + words[i];
    const Word two = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + one, d = c, c = b, b = a, a = one + two;
  }
  const std::array added = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < hash.size(); ++i) hash[i] += added[i];
}

/// What follows the last whole block: the rest, a one bit, zeros, and the length in bits.
std::string padded_end(std::string_view bytes) {
  std::string end(bytes.substr(bytes.size() / k_block * k_block));
  end += '\x80';
  while (end.size() % k_block != k_block - 8) end += '\0';
  const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
  for (int shift = 56; shift >= 0; shift -= 8) end += static_cast<char>(bits >> shift & 0xFFU);
  return end;
}

}  // namespace

std::string sha256(std::string_view bytes) {
  auto hash = k_start;
  const auto end = padded_end(bytes);
  for (std::size_t at = 0; at + k_block <= bytes.size(); at += k_block) add_block(hash, bytes.data() + at);
  for (std::size_t at = 0; at < end.size(); at += k_block) add_block(hash, end.data() + at);
  std::string text;
  for (const auto word : hash) text += fmt::format("{:08x}", word);
  return text;
}

}  // namespace gpupass::bench
