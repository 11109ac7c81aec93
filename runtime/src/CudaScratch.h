//===- CudaScratch.h - Memory that steps take and give back -----*- C++ -*-===//

#ifndef H3RT_CUDASCRATCH_H
#define H3RT_CUDASCRATCH_H

#include "CudaDriver.h"

#include <vector>

namespace h3 {

/// Buffers for work on one stream. What is given back is handed out again, to
/// work that comes later on the stream, so that calls of the same shapes do not
/// allocate.
class CudaScratch {
public:
  CudaScratch(const CudaDriver &Driver, CuHandle Stream)
      : Driver(Driver), Stream(Stream) {}
  CudaScratch(const CudaScratch &) = delete;
  ~CudaScratch();

  /// At least `Bytes` bytes of any content.
  Expected<CuAddress> take(uint64_t Bytes);
  void giveBack(CuAddress Address);

private:
  struct Buffer {
    CuAddress Address;
    uint64_t Bytes;
    bool IsTaken;
  };

  const CudaDriver &Driver;
  CuHandle Stream;
  std::vector<Buffer> Buffers;
};

} // namespace h3

#endif // H3RT_CUDASCRATCH_H
