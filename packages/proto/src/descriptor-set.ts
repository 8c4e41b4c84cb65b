/** The contract as a compiled descriptor set, for gRPC reflection: a file that `npm run generate` makes. */
export const descriptorSetUrl = new URL('../gen/shoal.binpb', import.meta.url);
