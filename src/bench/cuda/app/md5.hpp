// SPDX-License-Identifier: GPL-2.0-or-later
// MD5 (RFC 1321) of messages of 8 bytes.
#pragma once

#include <cstdint>

#include "bench/cuda/pattern.hpp"

namespace gpupass::bench::cuda::app {

struct Digest {
  std::uint32_t word[4];
};

GPUPASS_ON_BOTH constexpr std::uint32_t rotated(std::uint32_t value, unsigned bits) {
  return (value << bits) | (value >> (32 - bits));
}

/// Of the 8 bytes of message, the lowest first. Unrolled, the tables become part of the instructions.
GPUPASS_ON_BOTH inline Digest md5(std::uint64_t message) {
  constexpr std::uint32_t k_sine[64] = {
      // 2³² |sin(i + 1)|
      0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
      0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
      0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
      0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
      0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
      0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
      0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
      0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
  };
  constexpr unsigned k_rotation[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  constexpr unsigned k_bits = 64;  // of the message
  const std::uint32_t block[16] = {static_cast<std::uint32_t>(message),
                                   static_cast<std::uint32_t>(message >> 32),
                                   0x80,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   k_bits,
                                   0};
  constexpr Digest k_start{{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}};
  std::uint32_t a = k_start.word[0], b = k_start.word[1], c = k_start.word[2], d = k_start.word[3];
#ifdef __CUDA_ARCH__
#pragma unroll
#endif
  for (unsigned i = 0; i < 64; ++i) {
    std::uint32_t mixed = 0;
    unsigned place = 0;
    switch (i / 16) {
      case 0:
        mixed = (b & c) | (~b & d), place = i;
        break;
      case 1:
        mixed = (d & b) | (~d & c), place = 5 * i + 1;
        break;
      case 2:
        mixed = b ^ c ^ d, place = 3 * i + 5;
        break;
      default:
        mixed = c ^ (b | ~d), place = 7 * i;
        break;
    }
    const std::uint32_t next =
        b + rotated(a + mixed + k_sine[i] + block[place % 16], k_rotation[i / 16][i % 4]);
    a = d;
    d = c;
    c = b;
    b = next;
  }
  return {{a + k_start.word[0], b + k_start.word[1], c + k_start.word[2], d + k_start.word[3]}};
}

}  // namespace gpupass::bench::cuda::app
