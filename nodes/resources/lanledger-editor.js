/* global RED, $ */

/** What the edit dialogs of several LanLedger nodes have in common. */
(() => {
  /** Devices, groups and the network as the deployed server knows them; none while there is no such server. */
  function ask(kinds, done) {
    const server = $('#node-input-server').val();
    if (!server || server === '_ADD_') return done([]);
    $.getJSON(`lanledger/${encodeURIComponent(server)}/devices`)
      .done((known) => done(known.filter(({ kind }) => kinds.includes(kind))))
      .fail(() => done([]));
  }

  /** Offers what is known while somebody types; anything else may be typed, too. */
  function complete(input, kinds) {
    input.autoComplete({
      minLength: 0,
      search(typed, done) {
        const wanted = typed.trim().toLowerCase();
        ask(kinds, (known) => {
          const fitting = known
            .filter((each) => placeIn(each, wanted) >= 0)
            .toSorted((a, b) => placeIn(a, wanted) - placeIn(b, wanted));
          // Ids, because names change.
          done(fitting.slice(0, 50).map((each) => ({ value: each.id, label: labelOf(each) })));
        });
      },
    });
    // Completions show at the first click, not only after the first letter.
    input.on('focus', () => input.trigger('keyup'));
    input.on('change', () => explain(input, kinds));
    explain(input, kinds);
  }

  /** Where the label has what was typed: what begins so comes first. */
  function placeIn(each, wanted) {
    return labelOf(each).toLowerCase().indexOf(wanted);
  }

  function labelOf({ id, kind, name }) {
    return kind === 'network' ? id : `${name} (${id})`;
  }

  /** Whose id it is, for the pointer. */
  function explain(input, kinds) {
    ask(kinds, (known) => {
      const chosen = known.find(({ id }) => id === input.val().trim().toLowerCase());
      input.attr('title', chosen === undefined ? '' : labelOf(chosen));
    });
  }

  window.LanLedgerEditor = {
    complete,

    /** Gives a node that has no server the only one there is. */
    chooseServer(node) {
      const servers = [];
      RED.nodes.eachConfig(({ id, type }) => {
        if (type === 'lanledger-server') servers.push(id);
      });
      if (!node.server && servers.length === 1) $('#node-input-server').val(servers[0]).change();
    },

    /** Fills an `<ol>` with one text field for each value. */
    showList(list, values, kinds) {
      list.editableList({
        height: 120,
        removable: true,
        sortable: true,
        addItem(row, _index, value) {
          const input = $('<input type="text" style="width: 100%">').appendTo(row);
          input.val(typeof value === 'string' ? value : '');
          complete(input, kinds);
        },
      });
      for (const value of values ?? []) list.editableList('addItem', value);
    },

    readList: (list) =>
      list
        .find('input')
        .map((_index, input) => $(input).val().trim())
        .get()
        .filter((value) => value !== ''),

    /** For validators: a number that is not less, or what an environment variable is going to say. */
    isNumber: (value, least) =>
      /^\$\{[^}]+\}$/.test(value) || (String(value).trim() !== '' && Number(value) >= least),
  };
})();
