import { expect, test } from 'vitest';
import type { DeviceDetails, Devices, Events, Peers } from '../../src/web/api/operations.ts';
import { amountText } from './amounts.ts';
import { describeBrowser, poll } from './browser.ts';
import { card, expectShown, rowsOf } from './dashboard.ts';
import { addDays, instantText, pair, hash, useDevicePage } from './device-page.ts';

const momentText = (instant: string) =>
  instantText(instant, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

/** `29%`, or with one more digit `29.4%`. */
function shareText(part: number, whole: number, digits = 0): string {
  const [share, least] = [part / whole, 0.01 / 10 ** digits];
  const format = new Intl.NumberFormat('en-GB', {
    style: 'percent',
    maximumFractionDigits: digits,
  });
  return share > 0 && share < least ? `<${format.format(least)}` : format.format(share);
}

describeBrowser('the page of a device', (browser) => {
  const { api, open } = useDevicePage(browser);

  test('shows its amounts and shares, who it is, and when it was seen', async () => {
    const { page, complaints, id, device, answer } = await open('Living room TV');
    const figures = async (title: string) =>
      (await card(page, title).locator('dd').allTextContents()).map((text) => text.trim());
    for (const [title, period] of [
      ['Today', 'today'],
      ['This month', 'month'],
      ['Total', 'total'],
    ] as const) {
      await expectShown(
        () => figures(title),
        () => {
          const usage = device()[period];
          const all = (answer('devices') as Devices | undefined)?.network[period] ?? usage;
          return [
            ...pair(usage),
            `${shareText(usage.download + usage.upload, all.download + all.upload)} of the network`,
            `${amountText(usage.localDownload)} in, ${amountText(usage.localUpload)} out`,
          ];
        },
      );
    }
    const details = await api<DeviceDetails>(`devices/${id}`);
    const facts = page.locator('.device-facts > div');
    await expectShown(
      async () => (await facts.allTextContents()).slice(0, 5),
      () => [
        `Maker${details.vendor}`,
        `MAC address${details.mac}`,
        `First seen${instantText(details.firstSeen, { dateStyle: 'medium' })}`,
        `Last seen${momentText(device().lastSeen)}`,
        'GroupsLiving roomChange groups',
      ],
    );
    const identity = card(page, 'Addresses and names');
    await expectShown(
      () => identity.locator('.device-address').allTextContents(),
      () => {
        const seen = (answer(`devices/${id}`) as DeviceDetails | undefined) ?? details;
        return [
          ...seen.addressesSeen.map((each) => each.address),
          ...seen.names.map(({ name }) => name),
        ];
      },
    );
    expect(details.addressesSeen).toHaveLength(2);
    expect(details.names.map(({ source }) => source)).toEqual(['user', 'dhcp']);
    await identity.getByText('Chosen by you').waitFor();
    const { events } = await api<Events>(`events?device=${id}&limit=10`);
    await poll(() => card(page, 'Events').getByRole('listitem').allTextContents()).toEqual(
      events.map(({ at, message }) => momentText(at) + message),
    );
    await card(page, 'Events').getByRole('link', { name: 'All its events' }).click();
    expect(hash(page)).toBe(`#/events?device=${id}`);
    expect(complaints).toEqual([]);
  });

  test('remote addresses are those of the ledger, and one is renamed in place', async () => {
    // It is busy at any hour of any day; a month may have begun just now, so what needs many addresses is asked of the week.
    const { page, complaints, id, day, answer } = await open('NAS');
    const peersCard = card(page, 'Remote addresses');
    const week = addDays(day, -6);
    const ranges = { Today: day, 'This month': `${day.slice(0, 7)}-01`, '7 days': week };
    const told = (from: string) =>
      (answer(`peers?from=${from}&to=${day}&device=${id}&limit=50`) as Peers | undefined)?.peers ??
      [];
    for (const [name, from] of Object.entries(ranges)) {
      await peersCard.getByRole('button', { name, exact: true }).click();
      await expectShown(
        () => rowsOf(peersCard.getByRole('table')),
        () => {
          const peers = told(from);
          expect(peers.length).toBeGreaterThan(1);
          const all = peers.reduce((sum, { download, upload }) => sum + download + upload, 0);
          const largest = peers
            .toSorted((one, two) => two.download + two.upload - one.download - one.upload)
            .slice(0, 10);
          return largest.map(({ address: ip, name: called, download, upload }) => [
            ip === 'other'
              ? 'OtherMany addresses with little traffic each, not kept one by one.'
              : called === null
                ? ip
                : called + ip,
            ...pair({ download, upload }),
            shareText(download + upload, all, 1),
          ]);
        },
      );
    }
    expect(hash(page)).toBe(`#/device/${id}?peers=week`);
    const count = told(week).length;
    await peersCard.getByRole('button', { name: `Show all ${count}` }).click();
    await poll(() => peersCard.getByRole('rowheader').count()).toBe(count);
    await peersCard.getByRole('button', { name: 'Upload' }).click();
    await expectShown(
      async () => (await rowsOf(peersCard.getByRole('table'))).map((cells) => cells[2]),
      () =>
        told(week)
          .toSorted((one, two) => two.upload - one.upload)
          .map(({ upload }) => amountText(upload)),
    );
    await peersCard.getByRole('button', { name: 'Share' }).click();

    const first = told(week)[0];
    const subject = first?.name ?? first?.address ?? '';
    await peersCard.getByRole('button', { name: `Rename ${subject}`, exact: true }).click();
    const field = peersCard.getByRole('textbox', { name: `Name of ${subject}`, exact: true });
    await field.fill('Office');
    await page.keyboard.press('Enter');
    await poll(() => peersCard.getByRole('rowheader').first().textContent()).toBe(
      `Office${first?.address}`,
    );
    const { peers } = await api<Peers>(`peers?device=${id}&from=${day}&to=${day}&limit=1000`);
    const again = await api<Peers>(`peers?from=${week}&to=${day}&limit=1000`);
    const nameOf = (all: Peers['peers']) =>
      all.find((peer) => peer.address === first?.address)?.name;
    expect(nameOf(again.peers)).toBe('Office');
    expect(peers.length).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });
});
