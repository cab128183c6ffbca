#pragma once
// The numbers of the pcapng file format that writer and reader share (draft-ietf-opsawg-pcapng,
// sections 3 and 4). Only what a lab's capture needs; nothing here does anything.

#include <cstddef>
#include <cstdint>

namespace lvslab::capture {

// Block types. A section header reads the same in both byte orders.
inline constexpr uint32_t kSectionHeader = 0x0a0d0d0a;
inline constexpr uint32_t kInterfaceDescription = 1;
inline constexpr uint32_t kSimplePacket = 3;
inline constexpr uint32_t kInterfaceStatistics = 5;
inline constexpr uint32_t kEnhancedPacket = 6;

// Every block: type, total length, body, total length again.
inline constexpr size_t kBlockOverhead = 12;
inline constexpr uint32_t kByteOrderMagic = 0x1a2b3c4d;

// Options. Codes below 2988 mean something else in each type of block.
inline constexpr uint16_t kOptEnd = 0;
inline constexpr uint16_t kOptComment = 1;
inline constexpr uint16_t kShbApplication = 4;
inline constexpr uint16_t kIfName = 2;
inline constexpr uint16_t kIfDescription = 3;
inline constexpr uint16_t kIfResolution = 9;
inline constexpr uint16_t kIfOffset = 14;
inline constexpr uint16_t kEpbFlags = 2;
inline constexpr uint16_t kIsbOsDrop = 7;

// epb_flags. Direction is the interface's own: outbound is what its host sent.
inline constexpr uint32_t kFlagDirection = 3;
inline constexpr uint32_t kFlagInbound = 1;
inline constexpr uint32_t kFlagOutbound = 2;
inline constexpr uint32_t kFlagChecksumNotReady = 1u << 9;
inline constexpr uint32_t kFlagSegmentationOffload = 1u << 11;

inline constexpr uint16_t kLinkEthernet = 1;
// libpcap's own limit. tcpdump before 4.99 refuses a file whose interfaces differ in this or in
// their link type.
inline constexpr uint32_t kSnapLength = 262144;

// Bytes as they stand in a file: padded to 32 bits.
inline constexpr size_t padded(size_t length) {
  return (length + 3) & ~size_t{3};
}

}  // namespace lvslab::capture
