//===- H3Ops.td - Operations of the H3 dialect --------------*- tablegen -*-===//
//
// Shapes: T tokens in a step, S sequences, P state slots, C channels, H heads,
// N states or taps, M modes. Constraints are numbered; verifiers and negative
// tests name them.
//
//===----------------------------------------------------------------------===//

#ifndef H3_OPS
#define H3_OPS

include "H3Attrs.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class H3_Shaped<list<Type> elements, int rank>
    : AnyTypeOf<[TensorRankOf<elements, [rank]>,
                 MemRefRankOf<elements, [rank]>],
                rank # "D tensor or memref of " #
                    !interleave(!foreach(e, elements, e.summary), " or ") #
                    " values">;

def H3_Vector : H3_Shaped<[F32], 1>;
def H3_Matrix : H3_Shaped<[F32], 2>;
def H3_Cube : H3_Shaped<[F32], 3>;
def H3_Quad : H3_Shaped<[F32], 4>;
def H3_WindowStates : H3_Shaped<[F32], 5>;
def H3_Indices : H3_Shaped<[I32], 1>;
def H3_Doubles : H3_Shaped<[F64], 1>;
/// A dense weight: rows as stored, or panels (`h3.pack_panels`).
def H3_Weight : AnyTypeOf<[H3_Shaped<[F32, F16, BF16, I8], 2>, H3_Cube]>;
/// Rows of activations where halves are enough.
def H3_Activations : H3_Shaped<[F32, F16, BF16], 2>;
/// Of rows, or of groups within rows.
def H3_Scales : AnyTypeOf<[H3_Vector, H3_Shaped<[F16], 2>]>;
def H3_Kernel : AnyTypeOf<[H3_Matrix, H3_Quad]>;

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

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
    `panels[p, k, n] = weight[p * W + n, k]` for a panel width of W columns; rows
    beyond the last are zero. Matrix kernels read panel after panel, each from
    its first byte to its last.

    - (C1) the result has ceil(rows / W) panels of `columns x W`, all static.

    ```mlir
    %p = h3.pack_panels %w : tensor<100x64xf32> -> tensor<7x64x16xf32>
    ```
  }];
  let arguments = (ins TensorRankOf<[F32], [2]>:$weight);
  let results = (outs TensorRankOf<[F32], [3]>:$panels);
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

//===----------------------------------------------------------------------===//
// Layers, in destination-passing style
//===----------------------------------------------------------------------===//

/// On tensors the op returns one result for each `outs` operand, of its type; on
/// memrefs it writes them and returns nothing. `outs` operands come last.
class H3_LayerOp<string mnemonic, list<Trait> traits = []>
    : H3_Op<mnemonic, !listconcat([
        DestinationStyleOpInterface,
        DeclareOpInterfaceMethods<InferTypeOpInterface>,
        DeclareOpInterfaceMethods<MemoryEffectsOpInterface>], traits)> {
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let hasVerifier = 1;
  code initDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return getOutputMutable();
    }
  }];
  let extraClassDeclaration = initDeclaration;
}

def H3_EmbeddingOp : H3_LayerOp<"embedding"> {
  let summary = "rows of the embedding table";
  let description = [{
    `output[t, :] = table[tokens[t], :]`. The table is V x C or, packed by
    `h3.pack_panels`, in panels; it has the types that a weight of `h3.linear` has.

    - (C1) `output` has as many columns as the table has channels.
    - (C2) a table of integers has `scales` as `h3.quantize` takes them, and no other
      has.

    ```mlir
    %0 = h3.embedding ins(%ids, %table : tensor<?xi32>, tensor<500x64xf32>)
           outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins H3_Indices:$tokens, H3_Weight:$table,
                       Optional<H3_Scales>:$scales, H3_Matrix:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $tokens `,` $table `:` type($tokens) `,` type($table) `)`
    (`scales` `(` $scales^ `:` type($scales) `)`)?
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
  let extraClassDeclaration = initDeclaration # [{
    /// Values in a row of the table.
    int64_t getChannels();
  }];
}

def H3_GatherRowsOp : H3_LayerOp<"gather_rows"> {
  let summary = "chosen rows of a matrix";
  let description = [{
    `output[i, :] = input[rows[i], :]`.

    - (C1) `output` has as many columns as `input`.

    ```mlir
    %0 = h3.gather_rows ins(%rows, %x : tensor<?xi32>, tensor<?x64xf32>)
           outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins H3_Indices:$rows, H3_Matrix:$input, H3_Matrix:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $rows `,` $input `:` type($rows) `,` type($input) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
}

def H3_SampleOp : H3_LayerOp<"sample"> {
  let summary = "the next token of each row of logits";
  let description = [{
    Chooses `output[r]` from row r of the logits. Its candidates are the ids below
    `vocabs[r]` whose logits are neither NaN nor -inf, the larger logit first and of
    equal ones the lower id. A candidate has the weight
    `floor(2^32 exp2((logit - best) scale))`, where `best` is the largest logit and
    `scale` is `log2(e) / temperature`; one that equals `best` has 2^32. exp2 is
    computed as in `tokenWeight` of the runtime's sampler, bit by bit; weights and
    their sums are whole numbers, so that their order does not matter. In turn:

    - the first `top_ks[r]` candidates stay;
    - then the fewest of them, at least one, whose weights add up to
      `top_ps[r]` of the sum or more;
    - in the order of ids, the first one with whose weight the sum exceeds
      `floor(draws[r] sum)` is chosen, at most `sum - 1`.

    With a `top_k` of 1 that is the best candidate. Without candidates it is -1.

    - (C1) `vocabs`, `top_ks`, `scales`, `top_ps`, `draws` and `output` have one
      value for each row of `logits`.

    ```mlir
    %0 = h3.sample ins(%logits, %vocabs, %top_ks, %scales, %top_ps, %draws
             : tensor<?x504xf32>, tensor<?xi32>, tensor<?xi32>, tensor<?xf32>,
               tensor<?xf64>, tensor<?xf64>)
           outs(%init : tensor<?xi32>) -> tensor<?xi32>
    ```
  }];
  let arguments = (ins H3_Matrix:$logits, H3_Indices:$vocabs,
                       H3_Indices:$top_ks, H3_Vector:$scales,
                       H3_Doubles:$top_ps, H3_Doubles:$draws,
                       H3_Indices:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $logits `,` $vocabs `,` $top_ks `,` $scales `,` $top_ps
    `,` $draws `:` type($logits) `,` type($vocabs) `,` type($top_ks) `,`
    type($scales) `,` type($top_ps) `,` type($draws) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
}

def H3_LayerNormOp : H3_LayerOp<"layer_norm"> {
  let summary = "layer normalisation of each row";
  let description = [{
    `output = (input - mean) / sqrt(variance + epsilon) * weight + bias` over the
    channels of a row, variance without Bessel's correction.

    - (C1) `output` has the shape of `input`.
    - (C2) `weight` and `bias` have one value for each channel.
    - (C3) `epsilon` is positive.

    ```mlir
    %0 = h3.layer_norm {epsilon = 1.0e-5 : f32}
           ins(%x, %w, %b : tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>)
           outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$input, H3_Vector:$weight, H3_Vector:$bias,
                       F32Attr:$epsilon, H3_Matrix:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $input `,` $weight `,` $bias `:`
    type($input) `,` type($weight) `,` type($bias) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
}

def H3_LinearOp : H3_LayerOp<"linear", [AttrSizedOperandSegments]> {
  let summary = "a dense layer with its epilogue";
  let description = [{
    `output = act(norm(input) . weight^T + bias)`, plus the former value of `output`
    with `accumulate`. `gelu` applies the tanh approximation of GELU; `norm` is the
    layer normalisation of `h3.layer_norm`, fused (`h3-specialize-rows`). The weight
    is N x K as stored in checkpoints or in panels (`h3.pack_panels`), in floats,
    halves, or few bits with `scales` (`h3.quantize`). Every output is one sum over
    ascending k, whatever the number of rows, so that a row's bits do not depend on
    its neighbours. A bias that is a constant zero goes away in canonical form.

    - (C1) the weight has as many input features as `input` has columns.
    - (C2) the weight has as many output features as `output` has columns; a
      packed weight has at most one partial panel.
    - (C3) `bias` has one value for each output feature.
    - (C4) `output` has as many rows as `input`.
    - (C5) a weight of integers has `scales` as `h3.quantize` takes them, and no other
      has.
    - (C6) the weight and bias of `norm` have one value for each input feature; a
      positive `epsilon` comes with them, and not without.
    - (C7) with `library`, which leaves the layer to a library of the target, `input`
      and the weight, in rows, have one type of elements, and there is no `norm` and
      not both `gelu` and `accumulate`; without, `input` has floats.

    ```mlir
    %0 = h3.linear {gelu} ins(%x, %w : tensor<?x64xf32>, tensor<256x64xf32>)
           bias(%b : tensor<256xf32>)
           outs(%init : tensor<?x256xf32>) -> tensor<?x256xf32>
    %1 = h3.linear {epsilon = 1.0e-5 : f32}
           ins(%x, %q : tensor<?x64xf32>, tensor<256x64xi8>) scales(%s : tensor<256xf32>)
           norm(%g, %h : tensor<64xf32>, tensor<64xf32>)
           outs(%init : tensor<?x256xf32>) -> tensor<?x256xf32>
    ```
  }];
  let arguments = (ins H3_Activations:$input, H3_Weight:$weight,
                       Optional<H3_Scales>:$scales,
                       Optional<H3_Vector>:$norm_weight,
                       Optional<H3_Vector>:$norm_bias,
                       Optional<H3_Vector>:$bias, H3_Matrix:$output,
                       OptionalAttr<F32Attr>:$epsilon, UnitAttr:$gelu,
                       UnitAttr:$accumulate, UnitAttr:$library);
  let assemblyFormat = [{
    attr-dict `ins` `(` $input `,` $weight `:` type($input) `,` type($weight) `)`
    (`scales` `(` $scales^ `:` type($scales) `)`)?
    (`norm` `(` $norm_weight^ `,` $norm_bias `:` type($norm_weight) `,`
    type($norm_bias) `)`)?
    (`bias` `(` $bias^ `:` type($bias) `)`)?
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Value":$input, "::mlir::Value":$weight,
                   "::mlir::Value":$output, CArg<"::mlir::Value", "{}">:$bias,
                   CArg<"bool", "false">:$gelu,
                   CArg<"bool", "false">:$accumulate)>];
  let hasCanonicalizer = 1;
}

def H3_RoundRowsOp : H3_LayerOp<"round_rows"> {
  let summary = "activations in half precision";
  let description = [{
    `output = input`, rounded to the nearest of the output's type.

    - (C1) `output` has the shape of `input`.

    ```mlir
    %0 = h3.round_rows ins(%x : tensor<?x64xf32>) outs(%init : tensor<?x64xbf16>)
           -> tensor<?x64xbf16>
    ```
  }];
  let arguments = (ins H3_Matrix:$input,
                       H3_Shaped<[F16, BF16], 2>:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $input `:` type($input) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
}

def H3_DequantizeOp : H3_LayerOp<"dequantize"> {
  let summary = "a quantised weight in half precision";
  let description = [{
    `output[n, k] = values[n, k] . scale`, with values and scales as `h3.quantize` has
    them: for libraries that have no such weights.

    - (C1) `values` are integers with their scales.
    - (C2) `output` is the weight's rows times its columns.

    ```mlir
    %0 = h3.dequantize ins(%q, %s : tensor<256x64xi8>, tensor<256xf32>)
           outs(%init : tensor<256x64xf16>) -> tensor<256x64xf16>
    ```
  }];
  let arguments = (ins H3_Shaped<[I8], 2>:$values, H3_Scales:$scales,
                       H3_Shaped<[F16], 2>:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $values `,` $scales `:` type($values) `,` type($scales) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
}

/// A sequence of inputs and the states of all sequences in, the sequence of
/// outputs and the new states out. Without states, sequences start from zero and
/// their last states are dropped: the canonical form where states are zeros before
/// and nothing uses those behind.
class H3_StatefulOp<string mnemonic, int numStates>
    : H3_LayerOp<mnemonic, [AttrSizedOperandSegments]> {
  let hasCanonicalizer = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      unsigned first = getOutputMutable().getOperandNumber();
      return ::mlir::MutableOperandRange(
          getOperation(), first, getOperation()->getNumOperands() - first);
    }
    /// True where sequences go on from states.
    bool hasStates() {
      return getDpsInitsMutable().size() == }] # !add(numStates, 1) # [{;
    }
  }];
}

def H3_ShiftSsmOp : H3_StatefulOp<"shift_ssm", 1> {
  let summary = "a shift SSM, one per channel";
  let description = [{
    `output[t] = sum_n taps[n] input[t - n] + skip input[t]`, channel by channel, the
    inputs before a sequence's first row taken from its state. `state[p, n, c]` is a
    ring: the input at position `q` of the sequence in slot `p` stands at
    `n = q mod N`. A slot starts as zeros. Without `state`, the inputs before the
    first are zeros.

    - (C1) `output` has the shape of `input`, T x C.
    - (C2) `taps` is N x C.
    - (C3) `skip` has C values.
    - (C4) `state` is P x N x C.
    - (C5) `slots` and `positions` come with `state`, and not without.

    ```mlir
    %y, %s1 = h3.shift_ssm
      ins(%u, %taps, %skip : tensor<?x8xf32>, tensor<64x8xf32>, tensor<8xf32>)
      batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
      outs(%init, %s : tensor<?x8xf32>, tensor<?x64x8xf32>)
      -> tensor<?x8xf32>, tensor<?x64x8xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$input, H3_Matrix:$taps, H3_Vector:$skip,
                       H3_Indices:$starts, Optional<H3_Indices>:$slots,
                       Optional<H3_Indices>:$positions, H3_Matrix:$output,
                       Optional<H3_Cube>:$state);
  let assemblyFormat = [{
    attr-dict `ins` `(` $input `,` $taps `,` $skip `:`
    type($input) `,` type($taps) `,` type($skip) `)`
    `batch` `(` $starts (`,` $slots^ `,` $positions)? `:`
    type($starts) (`,` type($slots)^ `,` type($positions))? `)`
    `outs` `(` $output (`,` $state^)? `:` type($output) (`,` type($state)^)? `)`
    (`->` type($results)^)?
  }];
}

def H3_DiagSsmOp : H3_StatefulOp<"diag_ssm", 1> {
  let summary = "a diagonal SSM, one per head";
  let description = [{
    `x[m] <- dA[m] x[m] + input[t]`, `output[t] = Re sum_m w[m] x[m] + skip
    input[t]`, with the modes of `h3.diag_modes`. The C channels of a row are `C / H`
    planes of H heads, and channel `c` uses the SSM of head `c mod H`.
    `state[p, m, 0 or 1, c]` is the real or imaginary part of `x[m]` of channel `c`
    of the sequence in slot `p`. A slot starts as zeros. Without `state`, every
    sequence starts from zero.

    The `form` says how; what it computes is the same up to rounding:

    - `recurrence` (where none is given): row after row, a few modes in registers
      at a time. The bits do not depend on how a sequence is cut into steps.
    - `chunked`: chunks of 16 rows on a grid that starts at position 0. Inside of
      a chunk a convolution with the first 16 values of the kernel, between chunks
      the state. The bits do not depend on cuts on the grid.
    - `fft`: blocks of n rows, convolved through `spectrum`
      (`h3.conv_spectrum` of the `h3.diag_kernel` of these modes, n rows long),
      the states beside it.

    - (C1) `output` has the shape of `input`, T x C.
    - (C2) `modes` is 4 x M x H, and H divides C.
    - (C3) `skip` has H values.
    - (C4) `state` is P x M x 2 x C.
    - (C5) `slots` and `positions` come with `state`, and not without.
    - (C6) `spectrum` comes with the form `fft`, and not without; it is B x n x 2 x W
      with B = ceil(H / W) and n a length that transforms have.
    - (C7) the form is `recurrence`, `chunked` or `fft`.

    ```mlir
    %y, %s1 = h3.diag_ssm form<chunked>
      ins(%u, %modes, %skip : tensor<?x8xf32>, tensor<4x32x8xf32>, tensor<8xf32>)
      batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
      outs(%init, %s : tensor<?x8xf32>, tensor<?x32x2x8xf32>)
      -> tensor<?x8xf32>, tensor<?x32x2x8xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$input, H3_Cube:$modes, H3_Vector:$skip,
                       Optional<H3_Quad>:$spectrum, H3_Indices:$starts,
                       Optional<H3_Indices>:$slots,
                       Optional<H3_Indices>:$positions,
                       OptionalAttr<H3_FormAttr>:$form, H3_Matrix:$output,
                       Optional<H3_Quad>:$state);
  let assemblyFormat = [{
    (`form` `` $form^)? attr-dict
    `ins` `(` $input `,` $modes `,` $skip `:`
    type($input) `,` type($modes) `,` type($skip) `)`
    (`spectrum` `(` $spectrum^ `:` type($spectrum) `)`)?
    `batch` `(` $starts (`,` $slots^ `,` $positions)? `:`
    type($starts) (`,` type($slots)^ `,` type($positions))? `)`
    `outs` `(` $output (`,` $state^)? `:` type($output) (`,` type($state)^)? `)`
    (`->` type($results)^)?
  }];
}

def H3_MixerOp : H3_StatefulOp<"mixer", 2> {
  let summary = "the H3 mixer for heads of width 1, in one pass over memory";
  let description = [{
    `output = queries . diag_ssm(shift_ssm(keys) . values)`, channel by channel: H3
    (arXiv 2212.14052, section 3.2) with `taps` and `key_skip` as in
    `h3.shift_ssm`, `modes`, `skip` and `form` as in `h3.diag_ssm`.

    - (C1) `keys`, `values` and `output` have the shape of `queries`, T x C.
    - (C2) `taps` is N x C, `key_skip` and `skip` have C values, and `modes` is 4 x M
      x C.
    - (C3) `shift_state` is P x N x C and `diag_state` P x M x 2 x C.
    - (C4) both states, `slots` and `positions` are there, or none of them is.
    - (C5) the form is `recurrence` or `chunked`.

    ```mlir
    %y, %s1, %x1 = h3.mixer form<recurrence>
      ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
      shift(%taps, %ks : tensor<64x8xf32>, tensor<8xf32>)
      diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
      batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
      outs(%init, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>)
      -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$queries, H3_Matrix:$keys, H3_Matrix:$values,
                       H3_Matrix:$taps, H3_Vector:$key_skip, H3_Cube:$modes,
                       H3_Vector:$skip, H3_Indices:$starts,
                       Optional<H3_Indices>:$slots,
                       Optional<H3_Indices>:$positions,
                       OptionalAttr<H3_FormAttr>:$form, H3_Matrix:$output,
                       Optional<H3_Cube>:$shift_state,
                       Optional<H3_Quad>:$diag_state);
  let assemblyFormat = [{
    (`form` `` $form^)? attr-dict
    `ins` `(` $queries `,` $keys `,` $values `:`
    type($queries) `,` type($keys) `,` type($values) `)`
    `shift` `(` $taps `,` $key_skip `:` type($taps) `,` type($key_skip) `)`
    `diag` `(` $modes `,` $skip `:` type($modes) `,` type($skip) `)`
    `batch` `(` $starts (`,` $slots^ `,` $positions)? `:`
    type($starts) (`,` type($slots)^ `,` type($positions))? `)`
    `outs` `(` $output (`,` $shift_state^ `,` $diag_state)? `:`
    type($output) (`,` type($shift_state)^ `,` type($diag_state))? `)`
    (`->` type($results)^)?
  }];
}

/// All operands from the first `outs` operand on are written.
class H3_WindowOp<string mnemonic, string firstInit> : H3_LayerOp<mnemonic> {
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      unsigned first = get}] # firstInit # [{Mutable().getOperandNumber();
      return ::mlir::MutableOperandRange(
          getOperation(), first, getOperation()->getNumOperands() - first);
    }
  }];
}

def H3_MixerScanOp : H3_WindowOp<"mixer_scan", "Gated"> {
  let summary = "the first half of a mixer over windows of rows";
  let description = [{
    A mixer whose rows are cut into windows of `window` rows of the step, whatever
    sequence they belong to, so that all windows can be worked on at once. This half
    computes `gated = shift_ssm(keys) . values` and, of the sequence that goes on
    behind window `i`, the state that the rows of the window alone lead to:
    `window_states[i, 1]`, from the state before this step, which is kept in
    `window_states[i, 0]`, where the sequence starts in the window, otherwise from
    zero. `h3.mixer_output` is the other half, and writes the states.

    - (C1) `values` and `gated` have the shape of `keys`, T x C.
    - (C2) `taps` is N x C, `key_skip` has C values, and `modes` is 4 x M x C.
    - (C3) `shift_state` is P x N x C and `diag_state` P x M x 2 x C.
    - (C4) `window_states` is W x 2 x M x 2 x C.
    - (C5) `window` is a positive power of two.

    ```mlir
    %g, %e = h3.mixer_scan {window = 64 : i64}
      ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>)
      shift(%taps, %ks, %s : tensor<64x8xf32>, tensor<8xf32>, tensor<?x64x8xf32>)
      diag(%modes, %x : tensor<4x32x8xf32>, tensor<?x32x2x8xf32>)
      batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
      outs(%init, %w : tensor<?x8xf32>, tensor<8x2x32x2x8xf32>)
      -> tensor<?x8xf32>, tensor<8x2x32x2x8xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$keys, H3_Matrix:$values, H3_Matrix:$taps,
                       H3_Vector:$key_skip, H3_Cube:$shift_state,
                       H3_Cube:$modes, H3_Quad:$diag_state, H3_Indices:$starts,
                       H3_Indices:$slots, H3_Indices:$positions,
                       I64Attr:$window, H3_Matrix:$gated,
                       H3_WindowStates:$window_states);
  let assemblyFormat = [{
    attr-dict `ins` `(` $keys `,` $values `:` type($keys) `,` type($values) `)`
    `shift` `(` $taps `,` $key_skip `,` $shift_state `:`
    type($taps) `,` type($key_skip) `,` type($shift_state) `)`
    `diag` `(` $modes `,` $diag_state `:` type($modes) `,` type($diag_state) `)`
    `batch` `(` $starts `,` $slots `,` $positions `:`
    type($starts) `,` type($slots) `,` type($positions) `)`
    `outs` `(` $gated `,` $window_states `:` type($gated) `,`
    type($window_states) `)` (`->` type($results)^)?
  }];
}

def H3_MixerOutputOp : H3_WindowOp<"mixer_output", "Output"> {
  let summary = "the second half of a mixer over windows of rows";
  let description = [{
    `output = queries . diag_ssm(gated)`, with `gated` and `window_states` of
    `h3.mixer_scan`: each window goes on from the states of those before it. Writes
    both states of all sequences, the shift state from `keys`.

    - (C1) `keys`, `gated` and `output` have the shape of `queries`, T x C.
    - (C2) `modes` is 4 x M x C and `skip` has C values.
    - (C3) `shift_state` is P x N x C and `diag_state` P x M x 2 x C.
    - (C4) `window_states` is W x 2 x M x 2 x C.
    - (C5) `window` is a positive power of two.

    ```mlir
    %y, %s1, %x1 = h3.mixer_output {window = 64 : i64}
      ins(%q, %k, %g, %e : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<8x2x32x2x8xf32>)
      diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
      batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
      outs(%init, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>)
      -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$queries, H3_Matrix:$keys, H3_Matrix:$gated,
                       H3_WindowStates:$window_states, H3_Cube:$modes,
                       H3_Vector:$skip, H3_Indices:$starts, H3_Indices:$slots,
                       H3_Indices:$positions, I64Attr:$window,
                       H3_Matrix:$output, H3_Cube:$shift_state,
                       H3_Quad:$diag_state);
  let assemblyFormat = [{
    attr-dict `ins` `(` $queries `,` $keys `,` $gated `,` $window_states `:`
    type($queries) `,` type($keys) `,` type($gated) `,` type($window_states) `)`
    `diag` `(` $modes `,` $skip `:` type($modes) `,` type($skip) `)`
    `batch` `(` $starts `,` $slots `,` $positions `:`
    type($starts) `,` type($slots) `,` type($positions) `)`
    `outs` `(` $output `,` $shift_state `,` $diag_state `:`
    type($output) `,` type($shift_state) `,` type($diag_state) `)`
    (`->` type($results)^)?
  }];
}

def H3_LongConvOp : H3_LayerOp<"long_conv", [AttrSizedOperandSegments]> {
  let summary = "a convolution with an explicit kernel, one per channel";
  let description = [{
    Within each sequence, with `v = pre . input` where there is a `pre` gate,

        y[t] = sum_s kernel[s] v[t - s] + sum_s reversed[s] v[t + s] + skip v[t]
        output = post . act(y)

    where `reversed`, `skip` and `post` are there, and `gelu` makes `act` the tanh
    approximation of GELU. Without `reversed` the convolution is causal. Canonical
    convolutions have no skip term and no reversed kernel that is a constant zero,
    and no gate that is a constant one.

    The kernel is given by its L values for each channel (L x C) or by its
    `h3.conv_spectrum` (B x n x 2 x W); a spectrum with a reversed kernel is
    `two_sided`. The `form` says how:

    - `direct` (where none is given and the kernel is L x C): products and sums in
      time, for short kernels. Exactly causal.
    - `fft`: blocks of n rows, what spills over added to the next block.
      Without a spectrum operand, n is the shortest length of a transform of at
      least L rows, and each call transforms the kernel.

    - (C1) `output`, `pre` and `post` have the shape of `input`, T x C.
    - (C2) a kernel in time is L x C, static, with L up to 2^22, and `reversed` has
      its shape; a spectrum is
      B x n x 2 x W with B = ceil(C / W) and n a length that transforms have.
    - (C3) `skip` has C values.
    - (C4) the form is `direct`, for a kernel in time, or `fft`.
    - (C5) `reversed` goes with a kernel in time, `two_sided` with a spectrum.
    - (C6) a convolution in both directions by `fft` has a static number of rows,
      at most n.

    ```mlir
    %0 = h3.long_conv form<fft> {gelu}
      ins(%u, %k : tensor<?x8xf32>, tensor<1000x8xf32>) skip(%d : tensor<8xf32>)
      pre(%v : tensor<?x8xf32>) post(%q : tensor<?x8xf32>)
      batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$input, H3_Kernel:$kernel,
                       Optional<H3_Matrix>:$reversed, Optional<H3_Vector>:$skip,
                       Optional<H3_Matrix>:$pre, Optional<H3_Matrix>:$post,
                       H3_Indices:$starts, OptionalAttr<H3_FormAttr>:$form,
                       UnitAttr:$gelu, UnitAttr:$two_sided,
                       H3_Matrix:$output);
  let assemblyFormat = [{
    (`form` `` $form^)? attr-dict
    `ins` `(` $input `,` $kernel `:` type($input) `,` type($kernel) `)`
    (`reversed` `(` $reversed^ `:` type($reversed) `)`)?
    (`skip` `(` $skip^ `:` type($skip) `)`)?
    (`pre` `(` $pre^ `:` type($pre) `)`)?
    (`post` `(` $post^ `:` type($post) `)`)?
    `batch` `(` $starts `:` type($starts) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
  let hasCanonicalizer = 1;
  let extraClassDeclaration = initDeclaration # [{
    /// True where the kernel is a spectrum.
    bool hasSpectrum() {
      return ::llvm::cast<::mlir::ShapedType>(getKernel().getType()).getRank() == 4;
    }
    bool isTwoSided() { return getReversed() || getTwoSided(); }
    /// The form, where none is given what the kernel tells.
    ::h3::Form getFormOrDefault() {
      return getForm().value_or(hasSpectrum() ? ::h3::Form::Fft
                                              : ::h3::Form::Direct);
    }
    /// The longest kernel; lengths stay far from overflow.
    static constexpr int64_t kMaxTaps = int64_t(1) << 22;
    /// Rows of a block of the fft form.
    int64_t getTransformLength();
  }];
}

def H3_RfftOp : H3_LayerOp<"rfft"> {
  let summary = "the discrete Fourier transform of real columns";
  let description = [{
    `output[f, :, c]` is real and imaginary part of `sum_t input[t, c] exp(-2 pi i f t /
    n)` for the n rows of the input and `0 <= f <= n / 2`.

    - (C1) `input` is n x C and `output` (n / 2 + 1) x 2 x C, both static.

    ```mlir
    %0 = h3.rfft ins(%u : tensor<1000x8xf32>)
           outs(%init : tensor<501x2x8xf32>) -> tensor<501x2x8xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$input, H3_Cube:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $input `:` type($input) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
}

def H3_IrfftOp : H3_LayerOp<"irfft"> {
  let summary = "the inverse of h3.rfft";
  let description = [{
    The n real rows whose `h3.rfft` is `input`, with the factor 1/n. The imaginary
    parts at frequency 0 and, for even n, at n / 2 count as zeros. Of an `h3.rfft` it
    folds to what was transformed, without its rounding.

    - (C1) `output` is n x C and `input` (n / 2 + 1) x 2 x C, both static.

    ```mlir
    %0 = h3.irfft ins(%s : tensor<501x2x8xf32>)
           outs(%init : tensor<1000x8xf32>) -> tensor<1000x8xf32>
    ```
  }];
  let arguments = (ins H3_Cube:$input, H3_Matrix:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $input `:` type($input) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
  let hasFolder = 1;
}

def H3_SpectralProductOp : H3_LayerOp<"spectral_product"> {
  let summary = "the pointwise product of two spectra";
  let description = [{
    `output[f, :, c]` is the complex product of `lhs[f, :, c]` and `rhs[f, :, c]`.

    - (C1) `rhs` and `output` have the shape of `lhs`, F x 2 x C.

    ```mlir
    %0 = h3.spectral_product ins(%a, %b : tensor<501x2x8xf32>, tensor<501x2x8xf32>)
           outs(%init : tensor<501x2x8xf32>) -> tensor<501x2x8xf32>
    ```
  }];
  let arguments = (ins H3_Cube:$lhs, H3_Cube:$rhs, H3_Cube:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $lhs `,` $rhs `:` type($lhs) `,` type($rhs) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
}

def H3_HeadExpandOp : H3_LayerOp<"head_expand"> {
  let summary = "the outer product of keys and values in each head";
  let description = [{
    With `D = head_dim` and `H = C / D` heads, `output[t, (i * D + j) * H + h] =
    keys[t, h * D + i] values[t, h * D + j]`: D x D planes of H heads, heads last.
    For `head_dim = 1` this is the product of the two.

    - (C1) `values` has the shape of `keys`, T x C.
    - (C2) `head_dim` is positive and divides C.
    - (C3) `output` has C * `head_dim` columns.

    ```mlir
    %0 = h3.head_expand {head_dim = 4 : i64}
           ins(%k, %v : tensor<?x48xf32>, tensor<?x48xf32>)
           outs(%init : tensor<?x192xf32>) -> tensor<?x192xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$keys, H3_Matrix:$values, I64Attr:$head_dim,
                       H3_Matrix:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $keys `,` $values `:` type($keys) `,` type($values) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
}

def H3_HeadContractOp : H3_LayerOp<"head_contract"> {
  let summary = "queries applied to the planes of each head";
  let description = [{
    `output[t, j * H + h] = sum_i queries[t, h * D + i] planes[t, (i * D + j) * H + h]`,
    with the planes of `h3.head_expand`. The order of the output channels is that
    of the reference implementation.

    - (C1) `output` has the shape of `queries`, T x C.
    - (C2) `head_dim` is positive and divides C.
    - (C3) `planes` has C * `head_dim` columns.

    ```mlir
    %0 = h3.head_contract {head_dim = 4 : i64}
           ins(%q, %y : tensor<?x48xf32>, tensor<?x192xf32>)
           outs(%init : tensor<?x48xf32>) -> tensor<?x48xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$queries, H3_Matrix:$planes, I64Attr:$head_dim,
                       H3_Matrix:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $queries `,` $planes `:` type($queries) `,` type($planes) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
}

def H3_CacheKeysOp : H3_LayerOp<"cache_keys"> {
  let summary = "append keys and values to the cache of their sequences";
  let description = [{
    `qkv[t]` holds the queries, keys and values of a row, C channels each. The keys
    and values of row `t` go to `cache[slot, 0, q, :]` and `cache[slot, 1, q, :]`, where `q`
    is the row's position in its sequence. With `rotary` (R / 2 inverse frequencies), the first
    R features of every key are rotated by halves: `a' = a cos - b sin`, `b' = a sin + b
    cos` with the angle `q * rotary[m]`.

    - (C1) `qkv` has 3 C columns and `heads` divides C.
    - (C2) `cache` is P x 2 x L x C.
    - (C3) twice the number of `rotary` frequencies is at most the width of a head.

    ```mlir
    %c1 = h3.cache_keys {heads = 4 : i64} ins(%qkv, %seq : tensor<?x192xf32>, tensor<?xi32>)
      batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
      outs(%c : tensor<?x2x128x64xf32>) -> tensor<?x2x128x64xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$qkv, H3_Indices:$sequences,
                       Optional<H3_Vector>:$rotary, H3_Indices:$starts,
                       H3_Indices:$slots, H3_Indices:$positions,
                       I64Attr:$heads, H3_Quad:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $qkv `,` $sequences `:` type($qkv) `,` type($sequences) `)`
    (`rotary` `(` $rotary^ `:` type($rotary) `)`)?
    `batch` `(` $starts `,` $slots `,` $positions `:`
    type($starts) `,` type($slots) `,` type($positions) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
}

def H3_AttentionOp : H3_LayerOp<"attention"> {
  let summary = "causal attention over the cache";
  let description = [{
    `output[t] = softmax(q . K^T / sqrt(head width)) V` for each head, over the cached
    positions 0 to that of row `t`, its own included, which `h3.cache_keys` has
    stored before. Queries are the first C columns of `qkv`, rotated like the keys. The sum over positions runs in blocks
    on a grid that starts at position 0, so that a row's bits do not depend on
    how its sequence was cut into steps.

    - (C1) `qkv` has 3 C columns and `heads` divides C.
    - (C2) `cache` is P x 2 x L x C.
    - (C3) twice the number of `rotary` frequencies is at most the width of a head.
    - (C4) `output` is T x C.

    ```mlir
    %0 = h3.attention {heads = 4 : i64}
      ins(%qkv, %cache, %seq : tensor<?x192xf32>, tensor<?x2x128x64xf32>, tensor<?xi32>)
      batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
      outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$qkv, H3_Quad:$cache, H3_Indices:$sequences,
                       Optional<H3_Vector>:$rotary, H3_Indices:$starts,
                       H3_Indices:$slots, H3_Indices:$positions,
                       I64Attr:$heads, H3_Matrix:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $qkv `,` $cache `,` $sequences `:`
    type($qkv) `,` type($cache) `,` type($sequences) `)`
    (`rotary` `(` $rotary^ `:` type($rotary) `)`)?
    `batch` `(` $starts `,` $slots `,` $positions `:`
    type($starts) `,` type($slots) `,` type($positions) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
}

#endif // H3_OPS
