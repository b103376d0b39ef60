// Lint rules for all JavaScript of the tree. Layout is Prettier's business, so only rules about meaning are here.
import js from '@eslint/js';
import globals from 'globals';

export default [
  { ignores: ['build/**', 'build-*/**', 'node_modules/**', 'tests/fixtures/**'] },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2023, sourceType: 'commonjs', globals: { ...globals.node } },
    rules: {
      'no-unused-vars': ['error', { args: 'none', caughtErrors: 'none' }],
      'no-control-regex': 'off',
      'no-empty': ['error', { allowEmptyCatch: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'prefer-const': 'error',
    },
  },
  {
    // Builtin modules of the runtime get these as parameters.
    files: ['runtime/**/*.js'],
    languageOptions: { globals: { internalBinding: 'readonly' } },
  },
  {
    files: ['conference/**/*.js', 'web/**/*.js', 'tests/**/*.mjs', 'bench/**/*.mjs', '**/*.mjs'],
    languageOptions: { sourceType: 'module' },
  },
  { files: ['web/**/*.js', 'tests/e2e/**/*.mjs'], languageOptions: { globals: { ...globals.browser } } },
];
