// @ts-check
/**
 * What the description of the API says of a body, as a reader of code would write it, and as a line for a shell.
 *
 * @typedef {{$ref?: string, type?: string | string[], description?: string, properties?: Record<string, Schema>,
 *   required?: string[], items?: Schema, prefixItems?: Schema[], oneOf?: Schema[], allOf?: Schema[],
 *   additionalProperties?: Schema | boolean, format?: string}} Schema
 * @typedef {{name: string, in: string, required: boolean, description?: string, schema: Schema}} Parameter
 * @typedef {Record<string, {schema: Schema}>} Content
 * @typedef {{$ref?: string, description?: string, content?: Content}} Answer
 * @typedef {{tags: string[], operationId: string, summary: string, "x-who-may": string, security: object[],
 *   parameters?: Parameter[], requestBody?: {content: Content}, responses: Record<string, Answer>}} Operation
 * @typedef {{tags: {name: string, description: string}[], paths: Record<string, Record<string, Operation>>,
 *   info: {version: string, description: string},
 *   components: {schemas: Record<string, Schema>, responses: Record<string, Answer>}}} Description
 */

/** Types within types are shown so far; behind that stands their name. */
const DEEPEST = 4;

/** @param {Description} described */
export function speller(described) {
  /** A schema as a reader of code would write it. @param {Schema} schema @returns {string} */
  function written(schema, depth = 0) {
    if (schema.$ref) {
      const name = schema.$ref.split("/").pop() ?? "";
      const named = described.components.schemas[name];
      return depth < DEEPEST && named ? written(named, depth) : name;
    }
    if (schema.allOf) return schema.allOf.map((part) => written(part, depth)).join(" and ");
    if (schema.oneOf) return schema.oneOf.map((part) => written(part, depth)).join(" | ");
    const kinds = [schema.type ?? "anything"].flat();
    return kinds.map((kind) => kind === "object" ? fields(schema, depth) : kind === "array" ? list(schema, depth) : kind).join(" | ");
  }

  /** @param {Schema} schema @param {number} depth */
  function list(schema, depth) {
    if (schema.prefixItems) return `[${schema.prefixItems.map((part) => written(part, depth)).join(", ")}]`;
    return `[${written(schema.items ?? {}, depth)}, ...]`;
  }

  /** @param {Schema} schema @param {number} depth @returns {string} */
  function fields(schema, depth) {
    const indent = "  ".repeat(depth + 1);
    const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => {
      const note = field.description ? `${indent}// ${field.description.replace(/\s+/g, " ")}\n` : "";
      return `${note}${indent}${name}${schema.required?.includes(name) ? "" : "?"}: ${written(field, depth + 1)}`;
    });
    const { additionalProperties: rest } = schema;
    if (rest && typeof rest === "object") rows.push(`${indent}[name]: ${written(rest, depth + 1)}`);
    return rows.length ? `{\n${rows.join(",\n")}\n${"  ".repeat(depth)}}` : "{}";
  }

  /** An example of a value, for the shell. @param {Schema} schema @returns {unknown} */
  function sample(schema) {
    if (schema.$ref) return sample(described.components.schemas[schema.$ref.split("/").pop() ?? ""] ?? {});
    const kind = [schema.type ?? "string"].flat()[0];
    if (kind === "object") {
      const needed = Object.entries(schema.properties ?? {}).filter(([name]) => schema.required?.includes(name));
      return Object.fromEntries(needed.map(([name, field]) => [name, sample(field)]));
    }
    if (kind === "array") return schema.items ? [sample(schema.items)] : [];
    return kind === "integer" || kind === "number" ? 0 : kind === "boolean" ? false : "...";
  }

  /** @param {string} method @param {string} path @param {Operation} operation */
  function curl(method, path, operation) {
    const query = (operation.parameters ?? []).filter((parameter) => parameter.in === "query" && parameter.required);
    const asked = query.map(({ name }) => `${name}=...`).join("&");
    const parts = [`curl -X ${method} '${location.origin}${path}${asked ? `?${asked}` : ""}'`];
    if (operation.security.length) parts.push(`-H "Authorization: Bearer $LECTERN_KEY"`);
    for (const [media, { schema }] of Object.entries(operation.requestBody?.content ?? {})) {
      if (media === "multipart/form-data") parts.push("-F 'tier=public' -F 'file=@handbook.pdf'");
      else parts.push(`-H 'content-type: ${media}' -d '${JSON.stringify(sample(schema))}'`);
    }
    return parts.join(" \\\n  ");
  }

  return { written, curl };
}
