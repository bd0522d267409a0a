// SPDX-License-Identifier: GPL-2.0-or-later
#include "container/linker_cache.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/gpu_host.hpp"

namespace gpupass::container {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const CachedLibrary k_cuda{"libcuda.so.1", "/usr/lib/libcuda.so.1"};

TEST(LinkerCache, IsReadAsItLiesThere) {
  const auto content = test::linker_cache({{k_cuda.name, k_cuda.path}, {"libz.so.1", "/lib/libz.so.1"}});
  EXPECT_THAT(read_linker_cache(content), ElementsAre(k_cuda, CachedLibrary{"libz.so.1", "/lib/libz.so.1"}));
}

TEST(LinkerCache, TheOldFormatMayStandBefore) {
  std::string old = "ld.so-1.7.0";
  old.resize(12, '\0');
  old += std::string("\x01\0\0\0", 4) + std::string(12, 'x');  // one entry
  old.resize(32, '\0');                                        // up to a multiple of eight
  EXPECT_THAT(read_linker_cache(old + test::linker_cache({{k_cuda.name, k_cuda.path}})), ElementsAre(k_cuda));
}

TEST(LinkerCache, OneThatIsCutOffOrLiesIsNotReadBehindItsEnd) {
  const auto whole = test::linker_cache({{k_cuda.name, k_cuda.path}});
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_LE(read_linker_cache(whole.substr(0, size)).size(), 1U);
  auto many = whole;
  many.replace(20, 4, "\xff\xff\xff\xff");
  EXPECT_THAT(read_linker_cache(many), testing::Contains(k_cuda));
  auto far = whole;
  far.replace(48 + 8, 4, "\xff\xff\xff\xff");
  EXPECT_THAT(read_linker_cache(far), IsEmpty());
  EXPECT_THAT(read_linker_cache("anything"), IsEmpty());
}

}  // namespace
}  // namespace gpupass::container
