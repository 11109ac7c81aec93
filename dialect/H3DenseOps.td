//===- H3DenseOps.td - Embeddings, norms, dense layers -----*- tablegen -*-===//

#ifndef H3_DENSE_OPS
#define H3_DENSE_OPS

include "H3OpBase.td"

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
    its neighbours. An input of integers (`h3.quantize_rows`) comes with its
    `row_scales` and, where the weight is unsigned or of groups, its `row_sums`: sums
    of products are exact within a row or a group, and the rest follows in floats.
    A bias that is a constant zero goes away in canonical form.

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
      and the weight, in rows, have one type of floats or halves, and there is no `norm` and
      not both `gelu` and `accumulate`; without, `input` has floats, or values of
      the type that the products of a packed weight take: halves for halves,
      integers for integers.
    - (C8) with `library`, the rows of all three matrices follow each other without
      gaps.
    - (C9) an input of integers, and no other, has one of the `row_scales` for each
      row, and `row_sums` where the weight is unsigned, one for each row, or of
      groups, one for each.

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
                       Optional<H3_Vector>:$row_scales,
                       Optional<H3_RowSums>:$row_sums,
                       Optional<H3_Vector>:$norm_weight,
                       Optional<H3_Vector>:$norm_bias,
                       Optional<H3_Vector>:$bias, H3_Matrix:$output,
                       OptionalAttr<F32Attr>:$epsilon, UnitAttr:$gelu,
                       UnitAttr:$accumulate, UnitAttr:$library);
  let assemblyFormat = [{
    attr-dict `ins` `(` $input `,` $weight `:` type($input) `,` type($weight) `)`
    (`scales` `(` $scales^ `:` type($scales) `)`)?
    (`row_scales` `(` $row_scales^ `:` type($row_scales) `)`)?
    (`row_sums` `(` $row_sums^ `:` type($row_sums) `)`)?
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
  let extraClassDeclaration = initDeclaration # [{
    /// Whether the rows of a matrix follow each other without gaps.
    static bool isContiguous(::mlir::Value matrix);
    ::mlir::LogicalResult verifyRowScales();
  }];
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

def H3_QuantizeRowsOp : H3_LayerOp<"quantize_rows"> {
  let summary = "activations in few bits";
  let description = [{
    Each row by itself: `scales[t] = max_k |input[t, k]| / 127` and `values[t, k] =
    input[t, k] / scales[t]`, rounded to the nearest, ties to even; zeros where all of
    a row is below 2^-100. `sums` are those of the values of a row, or of each of its groups of
    32 columns. With `paired`, the even ones of each 8 columns stand before the odd
    ones: in this order masks and shifts of four bytes of `h3.quantize` give their
    halves.

    - (C1) `values` has the shape of `input`, `scales` one value for each row.
    - (C2) `sums` has one column, or one for each group, and groups are whole.
    - (C3) with `paired`, columns come in groups, and so do sums.

    ```mlir
    %q, %s, %n = h3.quantize_rows ins(%x : tensor<?x64xf32>)
      outs(%a, %b, %c : tensor<?x64xi8>, tensor<?xf32>, tensor<?x1xi32>)
      -> tensor<?x64xi8>, tensor<?xf32>, tensor<?x1xi32>
    ```
  }];
  let arguments = (ins H3_Matrix:$input, H3_Shaped<[I8, I16], 2>:$values,
                       H3_Vector:$scales, Optional<H3_RowSums>:$sums,
                       UnitAttr:$paired);
  let assemblyFormat = [{
    attr-dict `ins` `(` $input `:` type($input) `)`
    `outs` `(` $values `,` $scales (`,` $sums^)? `:` type($values) `,`
    type($scales) (`,` type($sums)^)? `)` (`->` type($results)^)?
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return ::mlir::MutableOperandRange(*this, 1, getNumOperands() - 1);
    }
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

#endif // H3_DENSE_OPS
