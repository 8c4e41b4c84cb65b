import { engineSchema, type Migration } from '@shoal/library';
import { syncColumnsSql } from './sync-columns.ts';

/** A reference by local id: kept in order by the engine, checked by SQLite when the transaction ends. */
function reference(column: string, table: string): string {
  return `${column} integer references ${table} (id) deferrable initially deferred`;
}

const devicesSchema = `
create table devices (${syncColumnsSql},
  name text not null,
  slug text not null,
  os text,
  hardware_model text,
  app_version text,
  -- The greatest version of each model that its program knows, as JSON (DEP-5).
  schemas text,
  created_by text,
  is_online integer not null default 0,
  last_seen_at integer
);

create table library_members (${syncColumnsSql},
  role text not null default 'member',
  joined_at integer,
  revoked_at integer,
  sync_filter text,
  ${reference('device_id', 'devices')} not null,
  ${reference('revoked_by_id', 'devices')}
);
create index library_members_device on library_members (device_id);
create index library_members_revoked_by on library_members (revoked_by_id);
`;

const filesSchema = `
create table volume_holders (${syncColumnsSql},
  claims text not null default '[]'
);

create table volumes (${syncColumnsSql},
  name text not null,
  total_capacity integer not null default 0,
  tracked integer not null default 0,
  display_name text,
  color text,
  icon text,
  ${reference('holder_id', 'volume_holders')} not null,
  fingerprint text,
  mount_point text,
  available_space integer,
  mounted integer not null default 0
);
create index volumes_holder on volumes (holder_id);
create index volumes_fingerprint on volumes (fingerprint) where fingerprint is not null;

create table content_identities (${syncColumnsSql},
  content_hash text not null,
  byte_size integer not null,
  kind text not null default 'other',
  mime_type text
);

create table locations (${syncColumnsSql},
  name text not null,
  path text not null,
  -- As of .gitignore, a line each.
  default_ignores integer not null default 1,
  ignore_patterns text not null default '',
  index_mode text not null default 'content',
  total_file_count integer not null default 0,
  total_byte_size integer not null default 0,
  ${reference('device_id', 'devices')} not null,
  ${reference('volume_id', 'volumes')},
  ${reference('volume_holder_id', 'volume_holders')},
  ${reference('root_entry_id', 'entries')},
  scan_state text not null default 'pending',
  error_message text,
  created_at integer,
  updated_at integer
);
create index locations_device on locations (device_id);
create index locations_volume on locations (volume_id);
create index locations_volume_holder on locations (volume_holder_id);
create index locations_root_entry on locations (root_entry_id);

create table entries (${syncColumnsSql},
  name text not null,
  name_bytes blob,
  extension text not null default '',
  kind text not null,
  size integer not null default 0,
  modified_at integer,
  created_at integer,
  ${reference('location_id', 'locations')} not null,
  ${reference('parent_id', 'entries')},
  ${reference('content_id', 'content_identities')},
  inode text,
  file_stamp text,
  hash_state text
);
create index entries_location on entries (location_id);
create index entries_parent on entries (parent_id, name);
create index entries_content on entries (content_id);
create index entries_file_stamp on entries (file_stamp) where file_stamp is not null;

-- Rows without UUID are files whose content is not identified yet: local, so nobody but these takes them away.
create trigger entries_unready_below after delete on entries begin
  delete from entries where parent_id = old.id and uuid is null;
end;
create trigger locations_unready after delete on locations begin
  delete from entries where location_id = old.id and uuid is null;
end;

create table entry_closure (
  ancestor_id integer not null references entries (id) deferrable initially deferred,
  descendant_id integer not null references entries (id) deferrable initially deferred,
  depth integer not null,
  primary key (ancestor_id, descendant_id)
) without rowid;
create index entry_closure_descendant on entry_closure (descendant_id, depth);

-- How many copies of a content there are: derived, and as it follows from the entries at any time (DEP-6).
create view content_counts as
  select content_id, count(*) as entries, count(distinct location_id) as locations
  from entries where content_id is not null group by content_id;

create table tags (${syncColumnsSql},
  canonical_name text not null,
  display_name text,
  namespace text,
  tag_type text not null default 'standard',
  privacy_level text not null default 'normal',
  search_weight integer not null default 100,
  color text,
  icon text,
  ${reference('created_by_device_id', 'devices')},
  created_at integer,
  updated_at integer
);
create index tags_name on tags (canonical_name);
create index tags_created_by_device on tags (created_by_device_id);

create table user_metadata (${syncColumnsSql},
  favorite integer not null default 0,
  hidden integer not null default 0,
  notes text,
  custom_data text not null default '{}',
  ${reference('entry_id', 'entries')},
  ${reference('content_identity_id', 'content_identities')}
);
create index user_metadata_entry on user_metadata (entry_id);
create index user_metadata_content_identity on user_metadata (content_identity_id);

create table user_metadata_tags (${syncColumnsSql},
  confidence real not null default 1,
  context text,
  ${reference('user_metadata_id', 'user_metadata')} not null,
  ${reference('tag_id', 'tags')} not null,
  ${reference('applied_by_device_id', 'devices')}
);
create index user_metadata_tags_user_metadata on user_metadata_tags (user_metadata_id);
create index user_metadata_tags_tag on user_metadata_tags (tag_id);
create index user_metadata_tags_applied_by_device on user_metadata_tags (applied_by_device_id);

create table albums (${syncColumnsSql},
  name text not null,
  description text,
  ${reference('cover_id', 'content_identities')}
);
create index albums_cover on albums (cover_id);

create table album_items (${syncColumnsSql},
  position real not null default 0,
  ${reference('album_id', 'albums')} not null,
  ${reference('entry_id', 'entries')},
  ${reference('content_identity_id', 'content_identities')}
);
create index album_items_album on album_items (album_id, position);
create index album_items_entry on album_items (entry_id);
create index album_items_content_identity on album_items (content_identity_id);

create table collections (${syncColumnsSql},
  name text not null,
  description text,
  color text
);

create table collection_items (${syncColumnsSql},
  position real not null default 0,
  ${reference('collection_id', 'collections')} not null,
  ${reference('entry_id', 'entries')},
  ${reference('content_identity_id', 'content_identities')}
);
create index collection_items_collection on collection_items (collection_id, position);
create index collection_items_entry on collection_items (entry_id);
create index collection_items_content_identity on collection_items (content_identity_id);

-- Of this device alone: no model, never synced.
create table temp_files (
  id integer primary key autoincrement,
  path text not null,
  purpose text not null default '',
  byte_size integer not null default 0,
  created_at integer,
  expires_at integer
);
`;

/** Of the engine, and of the models that every library has. */
export const deviceMigrations: readonly Migration[] = [
  { name: 'shoal-0001-engine', sql: engineSchema },
  { name: 'shoal-0002-devices', sql: devicesSchema },
];

/** The schema of library.db with the whole built-in domain, step by step; steps that were released are never edited. */
export const migrations: readonly Migration[] = [
  ...deviceMigrations,
  { name: 'shoal-0003-files-and-tags', sql: filesSchema },
];
