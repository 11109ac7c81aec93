// Source of the PTX files beside MutationTest.cpp.
#define __device__ __attribute__((device))
#define __global__ extern "C" __attribute__((global))
#define __shared__ __attribute__((shared))
typedef float f4 __attribute__((ext_vector_type(4)));
typedef unsigned u4 __attribute__((ext_vector_type(4)));
#define TID __nvvm_read_ptx_sreg_tid_x()
#define CTA __nvvm_read_ptx_sreg_ctaid_x()
static __device__ float warpSum(float x) {
  for (int d = 16; d > 0; d /= 2)
    x += __nvvm_shfl_sync_bfly_f32(-1, x, d, 31);
  return x;
}
#if defined(TRANSPOSE)
// out [n, m] = in [m, n] transposed, blocks of 32 x 8 threads
__global__ void transpose(const float *in, float *out, int m, int n) {
  __shared__ float tile[32][33];
  int x = TID, y = __nvvm_read_ptx_sreg_tid_y();
  int c = CTA * 32, r = __nvvm_read_ptx_sreg_ctaid_y() * 32;
  for (int i = 0; i < 32; i += 8)
    tile[y + i][x] = in[(r + y + i) * n + c + x];
  __syncthreads();
  for (int i = 0; i < 32; i += 8)
    out[(c + y + i) * m + r + x] = tile[x][y + i];
}
#elif defined(REDUCE)
// out [block] = sum of in [block, n]
__global__ void reduce(const float *in, float *out, int n) {
  __shared__ float part[8];
  float s = 0;
  for (int i = TID; i < n; i += 256)
    s += in[CTA * n + i];
  s = warpSum(s);
  if (TID % 32 == 0)
    part[TID / 32] = s;
  __syncthreads();
  if (TID < 32) {
    s = TID < 8 ? part[TID] : 0;
    s = warpSum(s);
    if (TID == 0)
      out[CTA] = s;
  }
}
#elif defined(PIPELINE)
// out [128] = sum over tiles of in [tiles, 128 * 4], reversed within a tile;
// two buffers, the next tile is copied while one is used
__global__ void pipeline(const f4 *in, f4 *out, int tiles) {
  __shared__ f4 buffer[2][128];
  int t = TID;
  f4 sum = 0;
  auto copy = [&](int k) {
    __nvvm_cp_async_cg_shared_global_16(
        (__attribute__((address_space(3))) void *)&buffer[k % 2][t],
        (const __attribute__((address_space(1))) void *)&in[k * 128 + t]);
    __nvvm_cp_async_commit_group();
  };
  copy(0);
  for (int k = 0; k < tiles; ++k) {
    if (k + 1 < tiles) {
      copy(k + 1);
      __nvvm_cp_async_wait_group(1);
    } else {
      __nvvm_cp_async_wait_group(0);
    }
    __syncthreads();
    sum += buffer[k % 2][127 - t];
    __syncthreads();
  }
  out[t] = sum;
}
#elif defined(NORM)
// out [rows, n] = layer norm of in, one warp a row
__global__ void norm(const f4 *in, const f4 *scale, f4 *out, int n) {
  int row = CTA * 4 + TID / 32, lane = TID % 32;
  const f4 *x = in + row * n / 4;
  float s = 0, q = 0;
  for (int i = lane; i < n / 4; i += 32) {
    f4 v = x[i];
    s += v.x + v.y + v.z + v.w;
    q += v.x * v.x + v.y * v.y + v.z * v.z + v.w * v.w;
  }
  float mean = warpSum(s) / n, r;
  r = __nvvm_rsqrt_approx_f(warpSum(q) / n - mean * mean + 1e-5f);
  for (int i = lane; i < n / 4; i += 32)
    out[row * n / 4 + i] = (x[i] - mean) * r * scale[i];
}
#else
// y [rows] = w [rows, n] of bf16 times x [n] of f32, one warp a row
__global__ void matvec(const u4 *w, const f4 *x, float *y, int n) {
  int row = CTA * 4 + TID / 32, lane = TID % 32;
  float s = 0;
  for (int i = lane; i < n / 8; i += 32) {
    u4 p = w[row * n / 8 + i];
    f4 a = x[2 * i], b = x[2 * i + 1];
    for (int k = 0; k < 4; ++k) {
      float lo = __builtin_bit_cast(float, p[k] << 16);
      float hi = __builtin_bit_cast(float, p[k] & 0xffff0000u);
      s += lo * (k < 2 ? a[2 * k] : b[2 * k - 4]);
      s += hi * (k < 2 ? a[2 * k + 1] : b[2 * k - 3]);
    }
  }
  s = warpSum(s);
  if (lane == 0)
    y[row] = s;
}
#endif
