//===- H3Ops.td - Operations of the H3 dialect --------------*- tablegen -*-===//
//
// Shapes: T tokens in a step, S sequences, P state slots, C channels, H heads,
// N states or taps, M modes. Constraints are numbered; verifiers and negative
// tests name them.
//
//===----------------------------------------------------------------------===//

#ifndef H3_OPS
#define H3_OPS

include "H3.td"
include "mlir/IR/SymbolInterfaces.td"
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
def H3_Indices : H3_Shaped<[I32], 1>;
def H3_Table : AnyTypeOf<[H3_Matrix, H3_Cube]>;

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

def H3_ParameterOp : H3_Op<"parameter", [Symbol]> {
  let summary = "a parameter of the model";
  let description = [{
    Declares a parameter whose value lives in the weight file, not in the IR.
    The weight writer computes it once from the checkpoint tensors `sources`:
    `recipe` names the operation that it applies, `copy` takes one tensor as it
    is stored. `offset` is the parameter's place in the weight file in bytes,
    set by `h3-layout-parameters`.

    - (C1) a `copy` has exactly one source; every recipe has at least one.
    - (C2) the type has a static shape.

    ```mlir
    h3.parameter @norm.weight : tensor<64xf32> from "copy"["norm.weight"]
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
                       TypeAttrOf<AnyStaticShapeTensor>:$type,
                       StrAttr:$recipe, StrArrayAttr:$sources,
                       OptionalAttr<I64Attr>:$offset);
  let assemblyFormat = [{
    $sym_name `:` $type `from` $recipe `` $sources (`at` $offset^)? attr-dict
  }];
  let hasVerifier = 1;
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

/// A function of parameters alone, computed by the weight writer.
class H3_FoldedOp<string mnemonic, list<Trait> traits = []>
    : H3_Op<mnemonic, !listconcat([Pure], traits)> {
  let hasVerifier = 1;
}

def H3_PackPanelsOp : H3_FoldedOp<"pack_panels"> {
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

def H3_ShiftKernelOp
    : H3_FoldedOp<"shift_kernel",
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
    : H3_FoldedOp<"diag_modes",
                  [DeclareOpInterfaceMethods<InferTypeOpInterface>]> {
  let summary = "the discretised modes of a diagonal SSM";
  let description = [{
    Bilinear discretisation of `x' = A x + B u` with `A = -exp(inv_a_real) + i
    a_imag` and `dt = exp(log_dt)`: `dA = (1 + dt A / 2) / (1 - dt A / 2)`,
    `dB = dt B / (1 - dt A / 2)`. The input factor is moved into the output,
    so that a step is `x <- dA x + u`, `y = Re sum_m w[m] x[m]` with
    `w = 2 C dB`. The result holds `Re dA, Im dA, Re w, -Im w`, each M x H, heads
    last. Where A and B have fewer rows than H, head `h` uses row `h mod rows`.

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
                       TensorRankOf<[F32], [2]>:$a_imag);
  let results = (outs TensorRankOf<[F32], [3]>:$modes);
  let assemblyFormat = [{
    $c `,` $b `,` $log_dt `,` $inv_a_real `,` $a_imag attr-dict `:`
    type(operands) `->` type($modes)
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
    `h3.pack_panels`, in panels.

    - (C1) `output` has as many columns as the table has channels.

    ```mlir
    %0 = h3.embedding ins(%ids, %table : tensor<?xi32>, tensor<500x64xf32>)
           outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins H3_Indices:$tokens, H3_Table:$table, H3_Matrix:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $tokens `,` $table `:` type($tokens) `,` type($table) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
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

def H3_LinearOp : H3_LayerOp<"linear"> {
  let summary = "a dense layer with its epilogue";
  let description = [{
    `output = act(input . weight^T + bias)`, plus the former value of `output` with
    `accumulate`. `gelu` applies the tanh approximation of GELU. The weight is
    N x K as stored in checkpoints or in panels (`h3.pack_panels`). Every output is one sum over ascending k, whatever
    the number of rows, so that a row's bits do not depend on its neighbours.

    - (C1) the weight has as many input features as `input` has columns.
    - (C2) the weight has as many output features as `output` has columns; a
      packed weight has at most one partial panel.
    - (C3) `bias` has one value for each output feature.
    - (C4) `output` has as many rows as `input`.

    ```mlir
    %0 = h3.linear {gelu} ins(%x, %w : tensor<?x64xf32>, tensor<256x64xf32>)
           bias(%b : tensor<256xf32>)
           outs(%init : tensor<?x256xf32>) -> tensor<?x256xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$input, H3_Table:$weight,
                       Optional<H3_Vector>:$bias, H3_Matrix:$output,
                       UnitAttr:$gelu, UnitAttr:$accumulate);
  let assemblyFormat = [{
    attr-dict `ins` `(` $input `,` $weight `:` type($input) `,` type($weight) `)`
    (`bias` `(` $bias^ `:` type($bias) `)`)?
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
}

/// A sequence of inputs and the states of all sequences in, the sequence of
/// outputs and the new states out.
class H3_StatefulOp<string mnemonic> : H3_LayerOp<mnemonic> {
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      unsigned first = getOutputMutable().getOperandNumber();
      return ::mlir::MutableOperandRange(getOperation(), first, 2);
    }
  }];
}

def H3_ShiftSsmOp : H3_StatefulOp<"shift_ssm"> {
  let summary = "a shift SSM, one per channel";
  let description = [{
    `output[t] = sum_n taps[n] input[t - n] + skip input[t]`, channel by channel, the
    inputs before a sequence's first row taken from its state. `state[p, n, c]` is a
    ring: the input at position `q` of the sequence in slot `p` stands at
    `n = q mod N`. A slot starts as zeros.

    - (C1) `output` has the shape of `input`, T x C.
    - (C2) `taps` is N x C.
    - (C3) `skip` has C values.
    - (C4) `state` is P x N x C.

    ```mlir
    %y, %s1 = h3.shift_ssm
      ins(%u, %taps, %skip : tensor<?x8xf32>, tensor<64x8xf32>, tensor<8xf32>)
      batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
      outs(%init, %s : tensor<?x8xf32>, tensor<?x64x8xf32>)
      -> tensor<?x8xf32>, tensor<?x64x8xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$input, H3_Matrix:$taps, H3_Vector:$skip,
                       H3_Indices:$starts, H3_Indices:$slots,
                       H3_Indices:$positions, H3_Matrix:$output,
                       H3_Cube:$state);
  let assemblyFormat = [{
    attr-dict `ins` `(` $input `,` $taps `,` $skip `:`
    type($input) `,` type($taps) `,` type($skip) `)`
    `batch` `(` $starts `,` $slots `,` $positions `:`
    type($starts) `,` type($slots) `,` type($positions) `)`
    `outs` `(` $output `,` $state `:` type($output) `,` type($state) `)`
    (`->` type($results)^)?
  }];
}

def H3_DiagSsmOp : H3_StatefulOp<"diag_ssm"> {
  let summary = "a diagonal SSM, one per head";
  let description = [{
    `x[m] <- dA[m] x[m] + input[t]`, `output[t] = Re sum_m w[m] x[m] + skip
    input[t]`, with the modes of `h3.diag_modes`. The C channels of a row are `C / H`
    planes of H heads, and channel `c` uses the SSM of head `c mod H`.
    `state[p, m, 0 or 1, c]` is the real or imaginary part of `x[m]` of channel `c`
    of the sequence in slot `p`. A slot starts as zeros.

    - (C1) `output` has the shape of `input`, T x C.
    - (C2) `modes` is 4 x M x H, and H divides C.
    - (C3) `skip` has H values.
    - (C4) `state` is P x M x 2 x C.

    ```mlir
    %y, %s1 = h3.diag_ssm
      ins(%u, %modes, %skip : tensor<?x8xf32>, tensor<4x32x8xf32>, tensor<8xf32>)
      batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
      outs(%init, %s : tensor<?x8xf32>, tensor<?x32x2x8xf32>)
      -> tensor<?x8xf32>, tensor<?x32x2x8xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$input, H3_Cube:$modes, H3_Vector:$skip,
                       H3_Indices:$starts, H3_Indices:$slots,
                       H3_Indices:$positions, H3_Matrix:$output,
                       H3_Quad:$state);
  let assemblyFormat = [{
    attr-dict `ins` `(` $input `,` $modes `,` $skip `:`
    type($input) `,` type($modes) `,` type($skip) `)`
    `batch` `(` $starts `,` $slots `,` $positions `:`
    type($starts) `,` type($slots) `,` type($positions) `)`
    `outs` `(` $output `,` $state `:` type($output) `,` type($state) `)`
    (`->` type($results)^)?
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
