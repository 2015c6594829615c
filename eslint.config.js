import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

/** Folders and files that are pure: values in, values out. Effects come in from the border as arguments. */
const pure = [
  'src/model/**',
  'src/plan/**',
  'src/access/**',
  'src/guard/**',
  'src/render/**',
  'src/connector/describe.ts',
  'src/systems/*/{describe,rules,access,convert,floor}.ts',
  'src/apply/{machine,run,program,outcomes,barrier,report,summary,checker,landed,journal,inventory}.ts',
]

export default defineConfig(
  { ignores: ['dist', 'coverage', '.mutation', 'src/manifest/generated', '*.js', '**/*.cjs'] },
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 400, skipComments: true, skipBlankLines: true }],
    },
  },
  {
    files: pure,
    rules: {
      'no-restricted-globals': ['error', 'fetch', 'process', 'setTimeout', 'setInterval', 'performance'],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'The clock comes in from the border.',
        },
        {
          selector: "MemberExpression[object.name='Date'][property.name='now']",
          message: 'The clock comes in from the border.',
        },
        {
          selector: "MemberExpression[object.name='Math'][property.name='random']",
          message: 'Randomness comes in from the border.',
        },
      ],
    },
  },
  {
    files: ['**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
    rules: { 'no-console': 'off', '@typescript-eslint/no-unused-vars': 'error' },
  },
  {
    files: ['test/**', 'bench/**', 'scripts/**', '*.ts'],
    rules: { 'no-console': 'off', '@typescript-eslint/no-non-null-assertion': 'off', 'max-lines': 'off' },
  },
)
