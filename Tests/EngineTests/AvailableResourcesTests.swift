import Foundation
import TestSupport
import Testing

@testable import CalibrantEngine

/// Limits of control groups, read from folders laid out as the kernel does.
@Suite struct AvailableResourcesTests {
  @Test func versionTwo() throws {
    let folder = try TemporaryFolder([
      "cpu.max": "max 100000\n", "memory.max": "max\n",
      "pod/cpu.max": "150000 100000\n", "pod/memory.max": "2000000000\n",
      "pod/job/cpu.max": "max 100000\n", "pod/job/memory.max": "3000000000\n",
      "other/cpu.max": "1000 100000\n",
    ])
    let groups = ControlGroups(membership: "0::/pod/job\n", root: folder.path)
    #expect(groups.cores == 1.5)
    #expect(groups.memory == 2_000_000_000)
    let top = ControlGroups(membership: "0::/\n", root: folder.path)
    #expect(top.cores == nil && top.memory == nil)
  }

  /// In a container the path is that outside of it, and the group's files are at the root.
  @Test func containers() throws {
    let folder = try TemporaryFolder(["cpu.max": "50000 100000", "memory.max": "1048576"])
    let groups = ControlGroups(membership: "0::/system.slice/x", root: folder.path)
    #expect(groups.cores == 0.5 && groups.memory == 1 << 20)
  }

  @Test func versionOne() throws {
    let folder = try TemporaryFolder([
      "cpu,cpuacct/docker/x/cpu.cfs_quota_us": "250000",
      "cpu,cpuacct/docker/x/cpu.cfs_period_us": "100000",
      "cpu,cpuacct/cpu.cfs_quota_us": "-1", "cpu,cpuacct/cpu.cfs_period_us": "100000",
      "memory/docker/x/memory.limit_in_bytes": "9223372036854771712",
      "memory/memory.limit_in_bytes": "4000000000",
    ])
    let groups = ControlGroups(
      membership: "4:memory:/docker/x\n3:cpu,cpuacct:/docker/x\n1:name=systemd:/docker/x\n",
      root: folder.path)
    #expect(groups.cores == 2.5)
    #expect(groups.memory == 4_000_000_000)
  }

  @Test func nothingToRead() {
    let groups = ControlGroups(membership: "", root: "/nowhere")
    #expect(groups.cores == nil && groups.memory == nil)
    #expect(AvailableResources.cores >= 1 && AvailableResources.memory > 0)
  }
}
