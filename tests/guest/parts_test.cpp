// SPDX-License-Identifier: GPL-2.0-or-later
// Sizes, images and seeds.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "gpupass/core/base64.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/guest.hpp"
#include "gpupass/guest/image.hpp"
#include "gpupass/guest/seed.hpp"
#include "gpupass/guest/size.hpp"
#include "guest/machines.hpp"
#include "guest/share.hpp"

namespace gpupass::guest {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Size, IsReadAsPeopleWriteIt) {
  EXPECT_EQ(parse_size("64G"), std::uint64_t{64} << 30U);
  EXPECT_EQ(parse_size("64GiB"), std::uint64_t{64} << 30U);
  EXPECT_EQ(parse_size("2T"), std::uint64_t{2} << 40U);
  EXPECT_EQ(parse_size("512"), std::uint64_t{512} << 20U);
  for (const auto* const wrong : {"", "0", "G", "-1G", "1.5G", "1g", "64GB", "64Gi", "99999999999T", "1 G"})
    EXPECT_EQ(parse_size(wrong), std::nullopt) << wrong;
}

/// A guest with the card has all of the machine, whatever graphics the processor has.
TEST(ShareOfANode, AProcessorsGraphicsAreNoCard) {
  auto machine = test::guest_machine("desktop");
  auto& devices = machine.inventory.devices;
  auto graphics = devices.back();
  graphics.address = {0, 0x0e, 0, 0};
  graphics.vendor = 0x1002;
  graphics.class_code = 0x030000;
  devices.push_back(graphics);
  const Cell cell{0, cards_of({{0, 1, 0, 0}, {0, 1, 0, 1}}), {}, {}, 0, 0};
  EXPECT_EQ(share_of(machine.inventory, machine.topology, cell).all, 2U) << "a card of AMD's";
  auto usb = graphics;
  usb.address.function = 3;
  usb.vendor = 0x1022;
  usb.class_code = 0x0c0330;
  devices.push_back(usb);
  EXPECT_EQ(share_of(machine.inventory, machine.topology, cell).all, 1U) << "AMD's processor";
}

TEST(ImageOfADisk, IsRawOnlyWhereItBeginsAsADiskDoes) {
  std::string head(512, '\0');
  const std::string raw = R"({"format": "raw", "virtual-size": 1048576})";
  EXPECT_EQ(read_image("a", raw, head).error().kind, ErrorKind::invalid);
  EXPECT_EQ(read_image("a", raw, "short").error().kind, ErrorKind::invalid);
  head[510] = '\x55';
  head[511] = '\xaa';
  EXPECT_EQ(read_image("a", raw, head)->size, 1048576U);
  EXPECT_EQ(read_image("a", R"({"format": "qcow2", "virtual-size": 7})", "QFI")->format, "qcow2");
  EXPECT_EQ(read_image("a", R"({"format": "qcow2"})", "").error().kind, ErrorKind::invalid);
  EXPECT_EQ(read_image("a", "oops", "").error().kind, ErrorKind::invalid);
}

/// Other formats name further files in ways of their own: a VMDK descriptor is a list of them.
TEST(ImageOfADisk, IsQcow2OrRaw) {
  for (const auto* const format : {"vmdk", "vhdx", "vpc", "vdi", "qed", "qcow", "luks", "parallels"}) {
    const auto image = read_image("a", fmt::format(R"({{"format": "{}", "virtual-size": 7}})", format), "");
    ASSERT_FALSE(image) << format;
    EXPECT_THAT(image.error().what, HasSubstr(format));
    EXPECT_THAT(image.error().hint, HasSubstr("qemu-img convert -O qcow2 a"));
  }
}

std::string big_endian(std::uint64_t value, std::size_t size) {
  std::string bytes;
  while (size-- > 0) bytes += static_cast<char>(value >> 8U * size & 0xffU);
  return bytes;
}

/// A header of qcow2: where its backing file's name lies, its incompatible features, one extension.
std::string qcow2(std::uint64_t version, std::uint64_t features, const std::string& backing,
                  const std::string& extension = {}) {
  constexpr std::size_t k_length = 104;
  const auto extensions = extension + big_endian(0, 8);
  std::string header =
      "QFI\xfb" + big_endian(version, 4) + big_endian(backing.empty() ? 0 : k_length + extensions.size(), 8) +
      big_endian(backing.size(), 4) + big_endian(16, 4) + std::string(48, '\0') + big_endian(features, 8) +
      std::string(16, '\0') + big_endian(4, 4) + big_endian(k_length, 4);
  header.resize(k_length);
  return header + extensions + backing;
}

TEST(OtherFilesOfAnImage, AreReadFromTheHeaderOfQcow2) {
  const std::string name = "/etc/shadow";
  const auto extension = big_endian(0xe2792aca, 4) + big_endian(3, 4) + "raw" + std::string(5, '\0') +
                         big_endian(0x44415441, 4) + big_endian(name.size(), 4) + name + std::string(5, '\0');
  EXPECT_EQ(other_files("a", qcow2(3, 0, "")), OtherFiles{});
  EXPECT_EQ(other_files("a", qcow2(3, 0, name)), (OtherFiles{name, std::nullopt}));
  EXPECT_EQ(other_files("a", qcow2(2, 0, "base.img")), (OtherFiles{"base.img", std::nullopt}));
  EXPECT_EQ(other_files("a", qcow2(1, 0, "base.img")), (OtherFiles{"base.img", std::nullopt}));
  EXPECT_EQ(other_files("a", qcow2(3, 4, "", extension)), (OtherFiles{std::nullopt, name}));
  EXPECT_EQ(other_files("a", qcow2(3, 4, "")), (OtherFiles{std::nullopt, ""}));  // a name that is hidden
  EXPECT_EQ(other_files("a", std::string(512, 'x')), OtherFiles{});
  // A name beyond what was read is a name all the same.
  EXPECT_EQ(other_files("a", qcow2(3, 0, name).substr(0, 104)), (OtherFiles{"", std::nullopt}));
  EXPECT_EQ(other_files("a", "QFI\xfb").error().kind, ErrorKind::invalid);
  EXPECT_EQ(other_files("a", qcow2(7, 0, "")).error().kind, ErrorKind::invalid);
}

TEST(OtherFilesOfAnImage, AreThoseThatQemuImgSees) {
  EXPECT_EQ(other_files_by_info("a", R"({"format": "qcow2"})"), OtherFiles{});
  EXPECT_EQ(other_files_by_info("a", R"({"backing-filename": "b"})"), (OtherFiles{"b", std::nullopt}));
  EXPECT_EQ(other_files_by_info("a", R"({"format-specific": {"type": "qcow2", "data": {"data-file": "d"}}})"),
            (OtherFiles{std::nullopt, "d"}));
  EXPECT_EQ(other_files_by_info("a", R"({"backing-filename": 7})").error().kind, ErrorKind::invalid);
}

TEST(OtherFilesOfAnImage, LieBesideItUnlessTheirNameIsNoPath) {
  EXPECT_EQ(path_beside("/images/a.qcow2", "base.img"), "/images/base.img");
  EXPECT_EQ(path_beside("/images/a.qcow2", "../etc/shadow"), "/etc/shadow");
  EXPECT_EQ(path_beside("/images/a.qcow2", "/etc/shadow"), "/etc/shadow");
  EXPECT_EQ(path_beside("/images/a.qcow2", "./x:y"), "/images/x:y");
  for (const auto* const name :
       {"", "json:{\"driver\": \"file\"}", "nbd://10.0.0.1/x", "fat:rw:/etc", "file:/etc"})
    EXPECT_EQ(path_beside("/images/a.qcow2", name), std::nullopt) << name;
}

/// What cloud-init reads: JSON after the line that says what it is.
core::Json config_of(const std::string& user_data) {
  return core::Json::parse(user_data.substr(user_data.find('\n')));
}

TEST(SeedOfAGuest, MakesAUserWithTheKeysAndRunsTheProvisionerFromTheSeed) {
  const auto seed =
      make_seed({"vm1", "vm1-now", {"ssh-ed25519 AAAA \"q\""}, {"htop"}, "distribution", {}, {}});
  const auto config = config_of(seed.user_data);
  EXPECT_EQ(config["hostname"], "vm1");
  EXPECT_EQ(config["manage_etc_hosts"], "localhost");
  EXPECT_EQ(config["users"][0], "default");
  EXPECT_EQ(config["users"][1]["name"], k_guest_user);
  EXPECT_EQ(config["users"][1]["ssh_authorized_keys"][0], "ssh-ed25519 AAAA \"q\"");
  EXPECT_EQ(config["packages"], core::Json::array({"htop"}));
  EXPECT_EQ(config["runcmd"].back(),
            (core::Json{"/run/gpupass-seed/gpupass/provision", "--driver", "distribution"}));
  EXPECT_EQ(core::Json::parse(seed.meta_data)["instance-id"], "vm1-now");
  EXPECT_EQ(core::Json::parse(seed.network_config)["version"], 2);
}

TEST(SeedOfAGuest, DoesNotProvisionUnasked) {
  EXPECT_EQ(config_of(make_seed({"vm1", "i", {}, {}, "", {}, {}}).user_data)["runcmd"].size(), 2U);
}

/// Where a mirror cannot be reached cloud-init's own packages would cost minutes, and the first start its
/// success.
TEST(SeedOfAGuest, AsksNoMirrorForAnAgentThatIsThere) {
  const auto config = config_of(make_seed({"vm1", "i", {}, {}, "", {}, {}}).user_data);
  EXPECT_FALSE(config.contains("packages"));
  EXPECT_FALSE(config.contains("package_update"));
  const auto install = config["runcmd"][0][2].get<std::string>();
  EXPECT_THAT(install, testing::StartsWith("command -v qemu-ga && exit\n"));
  EXPECT_THAT(install,
              AllOf(HasSubstr("apt-get -qy install qemu-guest-agent"), HasSubstr("dnf -qy install")));
}

/// Lists of both count, as the line of the second part tells cloud-init; else the user's runcmd would end
/// ours.
TEST(SeedOfAGuest, HasTheUsersOwnPartFirstAndJoinsItsLists) {
  const auto seed = make_seed({"vm1", "i", {}, {}, "", "#!/bin/sh\necho mine\n", {}});
  EXPECT_THAT(seed.user_data, testing::StartsWith("Content-Type: multipart/mixed"));
  const auto users = seed.user_data.find(core::to_base64("#!/bin/sh\necho mine\n"));
  const auto how = seed.user_data.find("Merge-Type: list(append)+dict(no_replace,recurse_list)+str()\n\n");
  const auto ours = seed.user_data.find("#cloud-config");
  EXPECT_LT(users, how);
  EXPECT_LT(how, ours);
  EXPECT_NE(ours, std::string::npos);
}

/// A message is of ASCII, and cloud-init was seen to make "Jürgen" something that no YAML is.
TEST(SeedOfAGuest, IsOfAsciiWhateverTheUserHas) {
  const auto seed = make_seed({"vm1", "i", {"ssh-ed25519 AAAA Jürgen"}, {}, "", "#cloud-config\n# ß\n", {}});
  EXPECT_TRUE(
      std::ranges::all_of(seed.user_data, [](char c) { return static_cast<unsigned char>(c) < 128; }));
  EXPECT_THAT(seed.user_data,
              AllOf(HasSubstr(core::to_base64("#cloud-config\n# ß\n")), HasSubstr("J\\u00fcrgen")));
}

TEST(SeedOfAGuest, TakesTheUsersPartInAnyFormThatCloudInitTakes) {
  const std::string gzip("\x1f\x8b\x08\x00", 4);
  EXPECT_THAT(make_seed({"vm1", "i", {}, {}, "", gzip, {}}).user_data,
              HasSubstr("Content-Type: application/gzip\nMIME-Version: 1.0\nContent-Transfer-Encoding: "
                        "base64\n\n" +
                        core::to_base64(gzip)));
  const std::string message = "Content-Type: multipart/mixed; boundary=\"B\"\nMIME-Version: 1.0\n\n--B--\n";
  EXPECT_THAT(make_seed({"vm1", "i", {}, {}, "", message, {}}).user_data,
              HasSubstr("--==gpupass-parts==\n" + message));
}

TEST(DiskFiles, AreThoseOfAllDisksWithWhatIsBelowThem) {
  const auto files = disk_files(R"(<domain><devices>
    <disk type='file'><source file='/a.qcow2'/><backingStore type='file'><source file='/base.qcow2'/></backingStore></disk>
    <disk type='block'><source dev='/dev/sda'/></disk><disk type='file' device='cdrom'/>
    <disk type='file'><source file='/b.iso'/></disk><filesystem><source dir='/x'/></filesystem>
  </devices></domain>)");
  EXPECT_THAT(*files, testing::UnorderedElementsAre("/a.qcow2", "/base.qcow2", "/b.iso"));
  EXPECT_TRUE(disk_files("<domain/>")->empty());
}

TEST(SeedOfAGuest, NamesInterfacesByWhatHoldsInEveryDistribution) {
  SeedRequest request{"vm1", "i", {}, {}, "", {}, {}};
  request.macs = {"52:54:00:00:00:01", "52:54:00:00:00:02"};
  const auto network = core::Json::parse(make_seed(request).network_config);
  EXPECT_EQ(network["ethernets"]["nic1"],
            (core::Json{{"match", {{"macaddress", "52:54:00:00:00:02"}}}, {"dhcp4", true}}));
  EXPECT_EQ(network["ethernets"].size(), 2U);
  request.macs.clear();
  EXPECT_EQ(core::Json::parse(make_seed(request).network_config)["ethernets"], core::Json::object());
}

}  // namespace
}  // namespace gpupass::guest
