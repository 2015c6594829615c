/** Rules as teams write them, each with what it is asked about. All of them have an answer for every change. */
export const corpus: readonly { readonly on: readonly string[]; readonly rule: string }[] = [
  // Power
  {
    on: ['account.power'],
    rule: "!(person.employment == 'contractor' && after.power in ['owner', 'administrator'])",
  },
  {
    on: ['account.power'],
    rule: "person.type != 'service' || !(after.power in ['owner', 'administrator', 'unknown'])",
  },
  { on: ['account.power'], rule: "after.power != 'unknown'" },
  { on: ['account.power'], rule: "after.power != 'owner' || person.exists" },
  { on: ['account.power'], rule: "before.power in ['owner', 'administrator'] || after.power != 'owner'" },
  {
    on: ['account.power'],
    rule: "after.power != 'administrator' || after.scope != '' || person.type == 'break-glass'",
  },
  {
    on: ['account.power'],
    rule: "system.name != 'office' || after.power != 'owner' || today >= '2026-01-01'",
  },
  {
    on: ['account.power'],
    rule: "!(after.power in ['owner', 'administrator']) || ('mfa' in person.labels && person.labels.mfa == 'hardware')",
  },
  // Separation of duties, and who comes into which group
  {
    on: ['account.create', 'account.update', 'account.rename'],
    rule: "!('payroll' in after.groups && 'payments' in after.groups)",
  },
  {
    on: ['account.create', 'account.update'],
    rule: "!('payroll' in after.groups) || 'payroll' in before.groups || 'payroll' in person.labels",
  },
  {
    on: ['account.create', 'account.update'],
    rule: "after.groups.all(g, g in before.groups || !g.startsWith('prod-') || has(person.labels.oncall))",
  },
  {
    on: ['account.create', 'account.update'],
    rule: "after.groups.filter(g, g.matches('^prod-')).size() <= 3",
  },
  { on: ['account.update'], rule: "size(after.manages) == 0 || person.employment == 'employee'" },
  { on: ['account.create'], rule: "after.email == '' || after.email.endsWith('.example')" },
  { on: ['account.create', 'account.rename'], rule: "after.username.matches('^[a-z0-9._/-]+$')" },
  { on: ['account.update'], rule: "after.labels.all(l, !l.contains(' ') && size(after.labels[l]) < 64)" },
  { on: ['account.delete'], rule: "before.status == 'suspended' || before.power in ['member', 'none']" },
  { on: ['account.delete'], rule: '!before.sealed' },
  // Other kinds
  { on: ['group.create', 'group.rename'], rule: "after.key.matches('^[a-z0-9/-]{2,40}$')" },
  { on: ['group.delete'], rule: "!(before.key in ['break-glass', 'payroll'])" },
  {
    on: ['group.create', 'group.update'],
    rule: "after.maxDevices <= 5 && !after.regions.exists(r, r == 'all')",
  },
  { on: ['group.update'], rule: 'after.parent != after.key && before.exists' },
  {
    on: ['role.create', 'role.update'],
    rule: "!('Administrator' in after.implies) && !after.privileges.exists(p, p.contains('*'))",
  },
  { on: ['policy.create', 'policy.update'], rule: "!after.subjects.exists(s, s.startsWith('everyone'))" },
  { on: ['policy.delete'], rule: "before.resources.exists_one(r, r != '') || size(before.resources) != 1" },
  {
    on: ['grant.create'],
    rule: "person.employment != 'contractor' || after.role.split('-').all(p, p != 'admin')",
  },
  { on: ['mapping.create', 'mapping.update'], rule: "after.fallback == 'none' || after.mode == 'single'" },
  {
    on: ['project.create', 'scope.delete', 'scope.update'],
    rule: "change.key != '' && system.labels.all(l, l != 'frozen')",
  },
]
