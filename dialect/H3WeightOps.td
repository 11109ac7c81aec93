//===- H3WeightOps.td - Parameters, functions of weights ---*- tablegen -*-===//

#ifndef H3_WEIGHT_OPS
#define H3_WEIGHT_OPS

include "H3OpBase.td"

def H3_ParameterOp
    : H3_Op<"parameter", [Symbol, IsolatedFromAbove]> {
  let summary = "a parameter of the model";
  let description = [{
    Declares a parameter whose value lives in the weight file, not in the IR.
    The weight writer computes it once from the checkpoint tensors `sources`: by
    the operations of the `recipe`, whose arguments they are, or, without a
    recipe, as a copy. `offset` is the parameter's place in the weight file in
    bytes, set by `h3-layout-parameters`.

    - (C1) a parameter without recipe has one source; with one, it has as many
      sources as the recipe has arguments.
    - (C2) the type has a static shape.
    - (C3) the recipe ends with an `h3.yield` of that type.
    - (C4) what stands before it are functions of weights.

    ```mlir
    h3.parameter @norm.weight : tensor<64xf32> from ["norm.weight"]
    h3.parameter @taps : tensor<64x8xf32> from ["B", "C"] {
    ^bb0(%b: tensor<8x64xf32>, %c: tensor<1x8x64xf32>):
      %0 = h3.shift_kernel %b, %c : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
      h3.yield %0 : tensor<64x8xf32>
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
                       TypeAttrOf<AnyStaticShapeTensor>:$type,
                       StrArrayAttr:$sources, OptionalAttr<I64Attr>:$offset);
  let regions = (region MaxSizedRegion<1>:$recipe);
  let assemblyFormat = [{
    $sym_name `:` $type `from` $sources (`at` $offset^)? ($recipe^)? attr-dict
  }];
  let hasVerifier = 1;
}

def H3_YieldOp
    : H3_Op<"yield", [Pure, Terminator, ReturnLike,
                      HasParent<"::h3::ParameterOp">]> {
  let summary = "the value that a recipe computes";
  let description = [{
    Ends the recipe of an `h3.parameter`.

    ```mlir
    h3.parameter @panels : tensor<7x64x16xf32> from ["weight"] {
    ^bb0(%w: tensor<100x64xf32>):
      %0 = h3.pack_panels %w : tensor<100x64xf32> -> tensor<7x64x16xf32>
      h3.yield %0 : tensor<7x64x16xf32>
    }
    ```
  }];
  let arguments = (ins AnyRankedTensor:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

def H3_GetParameterOp
    : H3_Op<"get_parameter",
            [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the value of a parameter";
  let description = [{
    - (C1) the symbol names an `h3.parameter`.
    - (C2) shape and element type are those of the parameter.

    ```mlir
    %w = h3.get_parameter @norm.weight : tensor<64xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$name);
  let results = (outs AnyTypeOf<[AnyRankedTensor, AnyMemRef]>:$value);
  let assemblyFormat = "$name attr-dict `:` type($value)";
}

/// Marks what the weight writer can compute.
def H3_WeightFunction : NativeOpTrait<"WeightFunction"> {
  let cppNamespace = "::h3";
}

/// A function of weights, computed once, by the weight writer.
class H3_WeightFunctionOp<string mnemonic, list<Trait> traits = []>
    : H3_Op<mnemonic, !listconcat([Pure, H3_WeightFunction], traits)> {
  let hasVerifier = 1;
}

def H3_PackPanelsOp : H3_WeightFunctionOp<"pack_panels"> {
  let summary = "a weight matrix in the layout that the kernels stream";
  let description = [{
    `panels[p, k, n, g] = weight[p * W + n, k * G + g]` for a panel width of W rows
    and G columns side by side, the ones that a dot product of the target takes
    at once; rows beyond the last are zero. A result of rank 3 has no `g`, and G is 1.
    Matrix kernels read panel after panel, each from its first byte to its last.
    Unsigned panels hold the values of signed bytes plus 128.

    - (C1) for N x K the result is ceil(N / W) x K / G x W x G, all static, and G
      divides K.
    - (C2) the elements are those of the weight, or unsigned bytes for bytes.

    ```mlir
    %p = h3.pack_panels %w : tensor<100x64xf32> -> tensor<7x64x16xf32>
    %q = h3.pack_panels %b : tensor<100x64xi8> -> tensor<7x16x16x4xui8>
    ```
  }];
  let arguments = (ins TensorRankOf<[F32, BF16, F16, I8], [2]>:$weight);
  let results = (outs AnyTypeOf<[TensorRankOf<[F32, F16], [3]>,
                                 TensorRankOf<[BF16, I8, UI8], [4]>]>:$panels);
  let assemblyFormat = "$weight attr-dict `:` type($weight) `->` type($panels)";
}

def H3_ConcatRowsOp : H3_WeightFunctionOp<"concat_rows"> {
  let summary = "weights one below the other";
  let description = [{
    The rows of all operands in turn, so that dense layers of one input are one
    layer.

    - (C1) the operands are equal in all dimensions but the first, and the result
      has the sum of their first ones.

    ```mlir
    %w = h3.concat_rows %q, %k : tensor<8x64xf32>, tensor<16x64xf32> -> tensor<24x64xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyTypeOf<[TensorRankOf<[F32], [1]>,
                                           TensorRankOf<[F32], [2]>]>>:$parts);
  let results = (outs AnyTypeOf<[TensorRankOf<[F32], [1]>,
                                 TensorRankOf<[F32], [2]>]>:$whole);
  let assemblyFormat = "$parts attr-dict `:` type($parts) `->` type($whole)";
}

def H3_RoundWeightOp : H3_WeightFunctionOp<"round_weight"> {
  let summary = "a weight in half precision";
  let description = [{
    Every value rounded to the nearest of the result's type, ties to even.

    - (C1) the result has the shape of the weight.

    ```mlir
    %h = h3.round_weight %w : tensor<8x64xf32> -> tensor<8x64xbf16>
    ```
  }];
  let arguments = (ins TensorRankOf<[F32], [2]>:$weight);
  let results = (outs TensorRankOf<[F16, BF16], [2]>:$rounded);
  let assemblyFormat = "$weight attr-dict `:` type($weight) `->` type($rounded)";
}

def H3_QuantizeScalesOp : H3_WeightFunctionOp<"quantize_scales"> {
  let summary = "the scales of a weight in few bits";
  let description = [{
    One scale for each row, in single precision, for values of 8 bits; or one for
    each 32 columns of a row, in half precision, for values of 4 bits. Each is the
    one that makes the sum of squared errors smallest among those that a search
    around the largest value tries.

    - (C1) for N x K the result is N or N x K / 32, and 32 divides K.

    ```mlir
    %s = h3.quantize_scales %w : tensor<8x64xf32> -> tensor<8xf32>
    %t = h3.quantize_scales %w : tensor<8x64xf32> -> tensor<8x2xf16>
    ```
  }];
  let arguments = (ins TensorRankOf<[F32], [2]>:$weight);
  let results = (outs AnyTypeOf<[TensorRankOf<[F32], [1]>,
                                 TensorRankOf<[F16], [2]>]>:$scales);
  let assemblyFormat = "$weight attr-dict `:` type($weight) `->` type($scales)";
}

def H3_QuantizeOp : H3_WeightFunctionOp<"quantize"> {
  let summary = "a weight in few bits";
  let description = [{
    `values[n, k] = round(weight[n, k] / scale)`, clamped to -127 .. 127 with the
    scale of a row. With scales of groups, to -8 .. 7; plus 8 they are four bits
    each, two in a byte, the even k in the low ones.

    - (C1) for N x K the scales are N and the result N x K, or the scales N x K / 32
      and the result N x K / 2.

    ```mlir
    %q = h3.quantize %w, %s : tensor<8x64xf32>, tensor<8xf32> -> tensor<8x64xi8>
    %p = h3.quantize %w, %t : tensor<8x64xf32>, tensor<8x2xf16> -> tensor<8x32xi8>
    ```
  }];
  let arguments = (ins TensorRankOf<[F32], [2]>:$weight,
                       AnyTypeOf<[TensorRankOf<[F32], [1]>,
                                  TensorRankOf<[F16], [2]>]>:$scales);
  let results = (outs TensorRankOf<[I8], [2]>:$values);
  let assemblyFormat = [{
    $weight `,` $scales attr-dict `:` type(operands) `->` type($values)
  }];
}

def H3_ShiftKernelOp
    : H3_WeightFunctionOp<"shift_kernel",
                  [DeclareOpInterfaceMethods<InferTypeOpInterface>]> {
  let summary = "the convolution kernel of a shift SSM";
  let description = [{
    `taps[t, c] = sum_m B[c, m] C[c, m + t]` for `0 <= t < N`: the impulse
    response of `s <- shift(s) + B u`, `y = C s` (H3, section 3.1). Channels are
    the last dimension, where kernels have their vector lanes.

    - (C1) `b` is C x N, `c` is 1 x C x N and the result N x C.

    ```mlir
    %k = h3.shift_kernel %b, %c : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
    ```
  }];
  let arguments = (ins TensorRankOf<[F32], [2]>:$b,
                       TensorRankOf<[F32], [3]>:$c);
  let results = (outs TensorRankOf<[F32], [2]>:$taps);
  let assemblyFormat = [{
    $b `,` $c attr-dict `:` type($b) `,` type($c) `->` type($taps)
  }];
}

def H3_DiagModesOp
    : H3_WeightFunctionOp<"diag_modes",
                  [DeclareOpInterfaceMethods<InferTypeOpInterface>]> {
  let summary = "the discretised modes of a diagonal SSM";
  let description = [{
    Discretises `x' = A x + B u` with `A = -exp(inv_a_real) + i a_imag` and the time
    step `dt = exp(log_dt)` (S4D, arXiv 2206.11893, section 3.1):

    - `bilinear`: `dA = (1 + dt A / 2) / (1 - dt A / 2)`, `dB = dt B / (1 - dt A / 2)`;
    - `zoh` (zero-order hold): `dA = exp(dt A)`, `dB = (exp(dt A) - 1) / A B`.

    The input factor is moved into the output, so that a step is `x <- dA x + u`,
    `y = Re sum_m w[m] x[m]` with `w = 2 C dB`. The result holds `Re dA, Im dA, Re w,
    -Im w`, each M x H, heads last. Where A and B have fewer rows than H (`n_ssm`),
    head `h` uses row `h mod rows`.

    - (C1) `c` is 1 x H x M x 2, `b` is R x M x 2, `log_dt` has H values,
      `inv_a_real` and `a_imag` are R x M, and the result is 4 x M x H.
    - (C2) R divides H.

    ```mlir
    %w = h3.diag_modes %c, %b, %dt, %re, %im
      : tensor<1x8x32x2xf32>, tensor<8x32x2xf32>, tensor<8xf32>,
        tensor<8x32xf32>, tensor<8x32xf32> -> tensor<4x32x8xf32>
    ```
  }];
  let arguments = (ins TensorRankOf<[F32], [4]>:$c, TensorRankOf<[F32], [3]>:$b,
                       TensorRankOf<[F32], [1]>:$log_dt,
                       TensorRankOf<[F32], [2]>:$inv_a_real,
                       TensorRankOf<[F32], [2]>:$a_imag,
                       DefaultValuedAttr<H3_DiscretizationAttr,
                           "::h3::Discretization::Bilinear">:$discretization);
  let results = (outs TensorRankOf<[F32], [3]>:$modes);
  let assemblyFormat = [{
    $c `,` $b `,` $log_dt `,` $inv_a_real `,` $a_imag attr-dict `:`
    type(operands) `->` type($modes)
  }];
}

def H3_DiagKernelOp : H3_WeightFunctionOp<"diag_kernel"> {
  let summary = "the convolution kernel of a diagonal SSM";
  let description = [{
    `kernel[t, h] = Re sum_m w[m, h] dA[m, h]^t` for `0 <= t < L`: the impulse response
    of `h3.diag_ssm` with these modes, a product of the weights with the Vandermonde
    matrix of dA, taken as powers of a logarithm (S4D, arXiv 2206.11893, section
    3.3).

    - (C1) `modes` is 4 x M x H and the result L x H.

    ```mlir
    %k = h3.diag_kernel %modes : tensor<4x32x8xf32> -> tensor<512x8xf32>
    ```
  }];
  let arguments = (ins TensorRankOf<[F32], [3]>:$modes);
  let results = (outs TensorRankOf<[F32], [2]>:$kernel);
  let assemblyFormat = "$modes attr-dict `:` type($modes) `->` type($kernel)";
}

def H3_ConvSpectrumOp : H3_WeightFunctionOp<"conv_spectrum"> {
  let summary = "a kernel's spectrum, as the fft form of a convolution reads it";
  let description = [{
    `spectrum[b, j, :, w]` is real and imaginary part of `1/n sum_t kernel[t, c]
    r_j^t`, plus, with a `reversed` kernel, `1/n sum_t reversed[t, c] conj(r_j)^t`, for
    the channel `c = b * W + w`, zero beyond the last. The `r_j` are the n roots of `x^n =
    i` in the order in which a decimating transform leaves them (`RingTransform.h`):
    in this ring, `x^n` is not 1 but i, so that the product of two real sequences has
    their causal convolution as real part and what spills over as imaginary part,
    without zero padding.

    - (C1) n is at least the length of the kernel.
    - (C2) the result is ceil(C / W) x n x 2 x W with a length n that transforms
      have: `3^a 5^b 2^k` with `k >= 2`, at least 8.
    - (C3) `reversed` has the shape of `kernel`.

    ```mlir
    %s = h3.conv_spectrum %k : tensor<500x40xf32> -> tensor<3x512x2x16xf32>
    %b = h3.conv_spectrum %k reversed %r
      : tensor<500x40xf32>, tensor<500x40xf32> -> tensor<3x512x2x16xf32>
    ```
  }];
  let arguments = (ins TensorRankOf<[F32], [2]>:$kernel,
                       Optional<TensorRankOf<[F32], [2]>>:$reversed);
  let results = (outs TensorRankOf<[F32], [4]>:$spectrum);
  let assemblyFormat = [{
    $kernel (`reversed` $reversed^)? attr-dict `:` type(operands) `->`
    type($spectrum)
  }];
}

#endif // H3_WEIGHT_OPS
