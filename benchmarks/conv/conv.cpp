//===- conv.cpp - Times the forms of one SSM beside FFT libraries ---------===//
//
// Usage: conv KERNELS.so LENGTH CHANNELS THREADS REPEAT ORDER.bin
//
// One diagonal SSM of 32 modes for each channel, applied to LENGTH rows by
// every form that KERNELS.so has for the length, and by FFTW (measured plans)
// and kissfft: a real transform of twice the length, the product with a
// spectrum computed before, and the inverse. The libraries get what suits them,
// each channel contiguous and padded in cache; the forms work on rows of
// channels, as layers leave them. Rounds of all of them alternate. Prints one
// line for each:
//
//   name  median  least  most (ns per element)  error
//
// and `fma`, the rate of multiply-adds in a nanosecond, the higher of before
// and after. ORDER.bin holds, as int32, the frequency k of each place of an
// h3.conv_spectrum: its root has the angle (k + 1/4) / n.
//
//===----------------------------------------------------------------------===//

#include "Ceilings.h"
#include "Team.h"
#include <chrono>
#include <cmath>
#include <complex>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fftw3.h>
#include <kissfft/kiss_fftr.h>
#include <map>
#include <random>
#include <string>
#include <sys/mman.h>

using Complex = std::complex<double>;
static constexpr int64_t kModes = 32, kLanes = 16;

/// `count` floats on huge pages where the system has them, zeros.
static float *allocate(size_t count) {
  size_t bytes =
      (count * sizeof(float) + (2 << 20) - 1) & ~size_t((2 << 20) - 1);
  void *data = std::aligned_alloc(2 << 20, bytes);
  if (!data) {
    std::perror("conv: not enough memory");
    std::exit(1);
  }
  madvise(data, bytes, MADV_HUGEPAGE);
  std::memset(data, 0, bytes);
  return static_cast<float *>(data);
}

/// A buffer as MLIR's C interface takes it.
struct Descriptor {
  void *allocated, *data;
  int64_t offset, sizesAndStrides[8];
};
static Descriptor describe(void *data, std::vector<int64_t> shape) {
  Descriptor result{data, data, 0, {}};
  int64_t stride = 1, rank = shape.size();
  for (int64_t i = rank - 1; i >= 0; --i) {
    result.sizesAndStrides[i] = shape[i];
    result.sizesAndStrides[rank + i] = stride;
    stride *= shape[i];
  }
  return result;
}

struct Problem {
  int64_t length, channels;
  float *input, *output;  ///< [length, channels]
  float *modes;           ///< [4, modes, channels]
  float *skip;            ///< [channels], zeros
  float *kernel;          ///< [length, channels]
  float *spectrum;        ///< [blocks, length, 2, lanes]
  float *columns;         ///< [channels, length], for the libraries
  fftwf_complex *library; ///< [channels, length + 1], of the kernels
};

static Problem createProblem(int64_t length, int64_t channels) {
  Problem p{length, channels};
  size_t elements = size_t(length) * channels;
  p.input = allocate(elements);
  p.output = allocate(elements);
  p.columns = allocate(elements);
  p.modes = allocate(4 * kModes * channels);
  p.skip = allocate(channels);
  p.kernel = allocate(elements);
  p.spectrum = allocate(2 * elements);
  p.library = reinterpret_cast<fftwf_complex *>(
      allocate(2 * size_t(length + 1) * channels));
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (size_t i = 0; i < elements; ++i)
    p.input[i] = uniform(random);
  for (int64_t c = 0; c < channels; ++c) {
    double dt = 0.001 * std::pow(100.0, double(c) / channels);
    std::vector<Complex> decay(kModes), power(kModes);
    for (int64_t m = 0; m < kModes; ++m) {
      decay[m] = std::exp(dt * Complex(-0.5, M_PI * m));
      power[m] = dt * Complex(uniform(random), uniform(random));
      double parts[] = {decay[m].real(), decay[m].imag(), power[m].real(),
                        -power[m].imag()};
      for (int64_t i = 0; i < 4; ++i)
        p.modes[(i * kModes + m) * channels + c] = float(parts[i]);
    }
    for (int64_t t = 0; t < length; ++t) {
      double sum = 0;
      for (int64_t m = 0; m < kModes; ++m) {
        sum += power[m].real();
        power[m] *= decay[m];
      }
      p.kernel[t * channels + c] = float(sum);
      p.columns[c * length + t] = p.input[t * channels + c];
    }
  }
  return p;
}

/// The kernels' spectra: in the ring x^n = i for the forms, and of twice the
/// length for the libraries.
static void transformKernels(Problem &p, const std::vector<int32_t> &order) {
  int64_t n = p.length;
  std::vector<Complex> twisted(n), values(n);
  std::vector<float> padded(2 * n);
  fftw_plan ring =
      fftw_plan_dft_1d(n, reinterpret_cast<fftw_complex *>(twisted.data()),
                       reinterpret_cast<fftw_complex *>(values.data()),
                       FFTW_BACKWARD, FFTW_ESTIMATE);
  fftwf_plan plain = fftwf_plan_dft_r2c_1d(2 * n, padded.data(), p.library,
                                           FFTW_ESTIMATE | FFTW_UNALIGNED);
  for (int64_t c = 0; c < p.channels; ++c) {
    for (int64_t t = 0; t < n; ++t) {
      padded[t] = p.kernel[t * p.channels + c] / (2 * n);
      twisted[t] = std::polar(p.kernel[t * p.channels + c] / double(n),
                              2 * M_PI * t / (4.0 * n));
    }
    fftwf_execute_dft_r2c(plain, padded.data(), p.library + c * (n + 1));
    fftw_execute(ring);
    float *to = p.spectrum + c / kLanes * n * 2 * kLanes + c % kLanes;
    for (int64_t j = 0; j < n; ++j) {
      to[2 * j * kLanes] = float(values[order[j]].real());
      to[(2 * j + 1) * kLanes] = float(values[order[j]].imag());
    }
  }
  fftw_destroy_plan(ring);
  fftwf_destroy_plan(plain);
}

/// The convolution of one column through a library's transforms.
class LibraryConv {
public:
  virtual ~LibraryConv() = default;
  virtual void run(const float *input, const fftwf_complex *spectrum,
                   float *output) = 0;

protected:
  static void multiply(fftwf_complex *values, const fftwf_complex *by,
                       int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      float re = values[i][0] * by[i][0] - values[i][1] * by[i][1];
      values[i][1] = values[i][0] * by[i][1] + values[i][1] * by[i][0];
      values[i][0] = re;
    }
  }
};

class FftwConv final : public LibraryConv {
public:
  explicit FftwConv(int64_t n)
      : n(n), time(allocate(2 * n)),
        frequency(reinterpret_cast<fftwf_complex *>(allocate(2 * n + 2))),
        forward(fftwf_plan_dft_r2c_1d(2 * n, time, frequency, FFTW_MEASURE)),
        backward(fftwf_plan_dft_c2r_1d(2 * n, frequency, time, FFTW_MEASURE)) {}
  void run(const float *input, const fftwf_complex *spectrum,
           float *output) override {
    std::memcpy(time, input, n * sizeof(float));
    std::memset(time + n, 0, n * sizeof(float));
    fftwf_execute(forward);
    multiply(frequency, spectrum, n + 1);
    fftwf_execute(backward);
    std::memcpy(output, time, n * sizeof(float));
  }

private:
  int64_t n;
  float *time;
  fftwf_complex *frequency;
  fftwf_plan forward, backward;
};

class KissConv final : public LibraryConv {
public:
  explicit KissConv(int64_t n)
      : n(n), time(allocate(2 * n)),
        frequency(reinterpret_cast<fftwf_complex *>(allocate(2 * n + 2))),
        forward(kiss_fftr_alloc(2 * n, 0, nullptr, nullptr)),
        backward(kiss_fftr_alloc(2 * n, 1, nullptr, nullptr)) {}
  void run(const float *input, const fftwf_complex *spectrum,
           float *output) override {
    std::memcpy(time, input, n * sizeof(float));
    std::memset(time + n, 0, n * sizeof(float));
    auto *values = reinterpret_cast<kiss_fft_cpx *>(frequency);
    kiss_fftr(forward, time, values);
    multiply(frequency, spectrum, n + 1);
    kiss_fftri(backward, values, time);
    std::memcpy(output, time, n * sizeof(float));
  }

private:
  int64_t n;
  float *time;
  fftwf_complex *frequency;
  kiss_fftr_cfg forward, backward;
};

using KernelFn = void (*)(Descriptor *, Descriptor *, Descriptor *,
                          Descriptor *, Descriptor *, H3Team *, int64_t,
                          int64_t);

int main(int argc, char **argv) {
  if (argc != 7) {
    std::fprintf(stderr, "usage: conv KERNELS.so LENGTH CHANNELS THREADS "
                         "REPEAT ORDER.bin\n");
    return 2;
  }
  void *library = dlopen(argv[1], RTLD_NOW);
  if (!library) {
    std::fprintf(stderr, "error: %s\n", dlerror());
    return 1;
  }
  int64_t length = std::atoll(argv[2]), channels = std::atoll(argv[3]);
  int64_t threads = std::atoll(argv[4]), repeat = std::atoll(argv[5]);
  std::vector<int32_t> order(length);
  std::FILE *file = std::fopen(argv[6], "rb");
  if (!file || std::fread(order.data(), 4, length, file) != size_t(length)) {
    std::fprintf(stderr, "error: %s: expected %lld places\n", argv[6],
                 static_cast<long long>(length));
    return 1;
  }
  std::fclose(file);
  auto team = h3::Team::create(threads);
  if (!team) {
    std::fprintf(stderr, "error: no team of %s threads\n", argv[4]);
    return 1;
  }
  Problem p = createProblem(length, channels);
  transformKernels(p, order);

  std::map<std::string, std::function<void(int64_t)>> contestants;
  int32_t bounds[] = {0, int32_t(length)};
  Descriptor starts = describe(bounds, {2});
  Descriptor input = describe(p.input, {length, channels});
  Descriptor output = describe(p.output, {length, channels});
  Descriptor modes = describe(p.modes, {4, kModes, channels});
  Descriptor skip = describe(p.skip, {channels});
  Descriptor kernel = describe(p.kernel, {length, channels});
  Descriptor spectrum = describe(
      p.spectrum, {(channels + kLanes - 1) / kLanes, length, 2, kLanes});
  for (std::string form : {"recurrence", "chunked", "direct", "fft"}) {
    std::string name = "_mlir_ciface_" + form + "_" + argv[2];
    auto function = reinterpret_cast<KernelFn>(dlsym(library, name.c_str()));
    Descriptor *parameter = form == "fft"      ? &spectrum
                            : form == "direct" ? &kernel
                                               : &modes;
    if (function)
      contestants[form] = [=, &input, &output, &skip, &starts,
                           &team](int64_t thread) mutable {
        function(&input, parameter, &skip, &starts, &output, (*team)->handle(),
                 thread, threads);
      };
  }
  for (std::string name : {"fftw", "kissfft"}) {
    auto convs = std::make_shared<std::vector<std::unique_ptr<LibraryConv>>>();
    for (int64_t i = 0; i < threads; ++i)
      convs->push_back(name == "fftw"
                           ? std::unique_ptr<LibraryConv>(new FftwConv(length))
                           : std::make_unique<KissConv>(length));
    contestants[name] = [=](int64_t thread) {
      for (int64_t c = thread * channels / threads;
           c < (thread + 1) * channels / threads; ++c)
        (*convs)[thread]->run(p.columns + c * length,
                              p.library + c * (length + 1),
                              p.output + c * length);
    };
  }

  /// The output of a channel in the layout of a contestant.
  auto read = [&](const std::string &name, int64_t c, int64_t t) {
    bool isLibrary = name == "fftw" || name == "kissfft";
    return p.output[isLibrary ? c * length + t : t * channels + c];
  };
  const int64_t sampled[] = {0, channels / 3, channels - 1};
  std::map<std::string, double> errors;
  std::map<std::string, std::vector<double>> times;
  std::vector<double> reference;
  for (int64_t c : sampled) { // By the recurrence in double precision.
    std::vector<Complex> x(kModes);
    for (int64_t t = 0; t < length; ++t) {
      double sum = 0;
      for (int64_t m = 0; m < kModes; ++m) {
        auto part = [&](int64_t i) {
          return double(p.modes[(i * kModes + m) * channels + c]);
        };
        x[m] = Complex(part(0), part(1)) * x[m] +
               double(p.input[t * channels + c]);
        sum += part(2) * x[m].real() + part(3) * x[m].imag();
      }
      reference.push_back(sum);
    }
  }
  auto rate = [&] {
    auto ceilings = h3::measureCeilings(**team, "f32");
    return ceilings ? ceilings->Flops / 2e9 : 0;
  };
  double fma = rate();
  for (int64_t round = -1; round < repeat; ++round)
    for (auto &[name, function] : contestants) {
      auto start = std::chrono::steady_clock::now();
      (*team)->run(function);
      std::chrono::duration<double, std::nano> taken =
          std::chrono::steady_clock::now() - start;
      if (round >= 0)
        times[name].push_back(taken.count() / length / channels);
      if (round != 0)
        continue;
      double most = 0, size = 0;
      for (int64_t i = 0; i < 3; ++i)
        for (int64_t t = 0; t < length; ++t) {
          double expected = reference[i * length + t];
          most = std::max(most, std::abs(read(name, sampled[i], t) - expected));
          size = std::max(size, std::abs(expected));
        }
      errors[name] = most / size;
    }
  fma = std::max(fma, rate());
  for (auto &[name, values] : times) {
    std::sort(values.begin(), values.end());
    std::printf("%s %.4f %.4f %.4f %.2e\n", name.c_str(),
                values[values.size() / 2], values.front(), values.back(),
                errors[name]);
  }
  std::printf("fma %.2f\n", fma);
}
