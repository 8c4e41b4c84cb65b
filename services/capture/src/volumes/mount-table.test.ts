import { describe, expect, test } from 'vitest';
import { mountOf, parseMounts } from './mount-table.ts';

const table = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:1 / / rw,noatime shared:1 - ext4 /dev/vda1 rw
41 27 8:17 / /media/ann/my\\040photos rw,nosuid shared:2 master:1 - exfat /dev/sdb1 rw
42 27 0:40 / /media/ann/my\\040photos rw - tmpfs tmpfs rw
a line of something else
43 27 8:33 / /media/ann rw -
`;

describe('the mount table', () => {
  test('has point, source, type and number of each mount, escapes read, and leaves out what reads otherwise', () => {
    expect(parseMounts(table)).toEqual([
      { device: '0:21', mountPoint: '/proc', fsType: 'proc', source: 'proc' },
      { device: '254:1', mountPoint: '/', fsType: 'ext4', source: '/dev/vda1' },
      { device: '8:17', mountPoint: '/media/ann/my photos', fsType: 'exfat', source: '/dev/sdb1' },
      { device: '0:40', mountPoint: '/media/ann/my photos', fsType: 'tmpfs', source: 'tmpfs' },
    ]);
  });

  test('tells what a path lies on: the deepest, the latest of one place, and by whole names', () => {
    const mounts = parseMounts(table);
    const at = (path: string) => mountOf(mounts, path)?.source;
    expect(at('/media/ann/my photos')).toBe('tmpfs');
    expect(at('/media/ann/my photos/2024')).toBe('tmpfs');
    expect(at('/media/ann/my photos too')).toBe('/dev/vda1');
    expect(at('/')).toBe('/dev/vda1');
    expect(mountOf([], '/home')).toBeNull();
  });
});
