// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/hints.hpp"

#include <gtest/gtest.h>

namespace gpupass::report {
namespace {

const std::string k_session = "qemu:///session";

TEST(Hints, HaveTheConnectionThatIsInUse) {
  struct Case {
    std::string text, expected;
  };
  for (const auto& [text, expected] :
       {Case{"`gpupass detach vm1 0000:01:00.0` first",
             "`gpupass detach vm1 0000:01:00.0 -c qemu:///session` first"},
        {"see `virsh edit vm1`, then `gpupass status`",
         "see `virsh -c qemu:///session edit vm1`, then `gpupass status -c qemu:///session`"},
        {"`gpupass guest ssh vm1 -- ls`", "`gpupass guest ssh vm1 -c qemu:///session -- ls`"},
        {"`gpupass unbind 0000:01:00.0`, `gpupass list --all`, `virsh -c test:///default list`, `gpupass "
         "attach`",
         "`gpupass unbind 0000:01:00.0`, `gpupass list --all`, `virsh -c test:///default list`, `gpupass "
         "attach`"},
        {"`gpupass attach vm1 --connect x:///y`", "`gpupass attach vm1 --connect x:///y`"},
        {"`gpupass attach --help`; gpupass attach vm1", "`gpupass attach --help`; gpupass attach vm1"}}) {
    EXPECT_EQ(with_connection(text, k_session), expected);
    EXPECT_EQ(with_connection(text, ""), text);
  }
}

TEST(Hints, NameFilesWhereTheyAre) {
  const Places places{"/usr/share/doc/gpupass/", "/usr/share/gpupass/scripts/"};
  EXPECT_EQ(with_places("nothing was changed; docs/boot-binding.md and (scripts/provision/provision); "
                        "QEMU's a/docs/b, /etc/initramfs-tools/scripts/c",
                        places),
            "nothing was changed; /usr/share/doc/gpupass/boot-binding.md and "
            "(/usr/share/gpupass/scripts/provision/provision); "
            "QEMU's a/docs/b, /etc/initramfs-tools/scripts/c");
}

TEST(Hints, OfAllErrorsAreTold) {
  Error error{ErrorKind::busy, "what", "`virsh start vm1`", {}, {}};
  error.also.push_back({ErrorKind::busy, "what", "`virsh edit vm2`", {}, {}});
  const auto told = as_it_stands(error, k_session, Places{});
  EXPECT_EQ(told.hint, "`virsh -c qemu:///session start vm1`");
  EXPECT_EQ(told.also.front().hint, "`virsh -c qemu:///session edit vm2`");
}

}  // namespace
}  // namespace gpupass::report
