// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/core/base64.hpp"

#include <boost/archive/iterators/base64_from_binary.hpp>
#include <boost/archive/iterators/binary_from_base64.hpp>
#include <boost/archive/iterators/transform_width.hpp>

namespace gpupass::core {
namespace {

namespace it = boost::archive::iterators;
using Encoder = it::base64_from_binary<it::transform_width<const char*, 6, 8>>;
using Decoder = it::transform_width<it::binary_from_base64<const char*>, 8, 6>;
constexpr std::size_t k_bytes = 3;  // that stand in a group
constexpr std::size_t k_group = 4;  // characters

}  // namespace

std::string to_base64(std::string_view bytes) {
  const auto padding = (k_bytes - bytes.size() % k_bytes) % k_bytes;
  std::string whole(bytes);
  whole.append(padding, '\0');
  std::string text(Encoder(whole.data()), Encoder(whole.data() + whole.size()));
  text.replace(text.size() - padding, padding, padding, '=');
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % k_group != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) {
    text.remove_suffix(1);
    ++padding;
  }
  if (text.find('=') != text.npos) return std::nullopt;  // Boost would take it
  std::string padded(text);
  padded.append(padding, 'A');
  try {
    std::string decoded(Decoder(padded.data()), Decoder(padded.data() + padded.size()));
    decoded.resize(decoded.size() - padding);
    return decoded;
  } catch (const it::dataflow_exception&) {
    return std::nullopt;
  }
}

}  // namespace gpupass::core
