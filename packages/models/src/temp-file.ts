import { defineEntity, p } from '@mikro-orm/core';

/**
 * A file that a program keeps for a while on this device. No model: the row has neither UUID nor version, nothing of it
 * is captured, and no other device ever hears of it (S0-28).
 */
export const TempFileEntity = defineEntity({
  name: 'TempFile',
  tableName: 'temp_files',
  properties: {
    id: p.integer().primary().autoincrement(),
    path: p.text(),
    purpose: p.string().default(''),
    byteSize: p.integer().default(0),
    createdAt: p.integer().nullable(),
    expiresAt: p.integer().nullable(),
  },
});
